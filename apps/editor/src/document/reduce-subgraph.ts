import {
  isLink,
  subgraphPrefix,
  type Json,
  type Link,
  type PortType,
  type Subgraph,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import type { SubgraphAction, SubgraphSide } from './actions.ts'
import { linksInto } from './inputs-of.ts'

type Nodes = Record<string, WorkflowNode>

/** The document after one change to the outside of a subgraph, which every place that uses it follows. */
export function reduceSubgraph(document: Workflow, action: SubgraphAction): Workflow {
  if (action.type === 'subgraph.add')
    return { ...document, subgraphs: { ...document.subgraphs, [action.id]: action.subgraph } }
  const subgraph = document.subgraphs?.[action.id]
  if (!subgraph) return document
  switch (action.type) {
    case 'subgraph.remove':
      return withoutSubgraph(document, action.id)
    case 'subgraph.rename':
      return put(document, action.id, { ...subgraph, name: action.name.trim() || subgraph.name })
    case 'subgraph.addInput':
      return addInput(document, action.id, subgraph, action)
    case 'subgraph.addOutput':
      return put(document, action.id, {
        ...subgraph,
        outputs: [...subgraph.outputs, { name: action.name, type: action.port, from: action.from }],
      })
    case 'subgraph.renamePort':
      return renamePort(document, action.id, subgraph, action)
    case 'subgraph.removePort':
      return removePort(document, action.id, subgraph, action)
    case 'subgraph.movePort':
      return put(document, action.id, {
        ...subgraph,
        inputs: action.side === 'inputs' ? move(subgraph.inputs, action) : subgraph.inputs,
        outputs: action.side === 'outputs' ? move(subgraph.outputs, action) : subgraph.outputs,
      })
  }
}

function put(document: Workflow, id: string, subgraph: Subgraph): Workflow {
  return { ...document, subgraphs: { ...document.subgraphs, [id]: subgraph } }
}

function withoutSubgraph(document: Workflow, id: string): Workflow {
  const { subgraphs, ...rest } = document
  const { [id]: _, ...others } = subgraphs ?? {}
  return Object.keys(others).length === 0 ? rest : { ...rest, subgraphs: others }
}

function move<T extends { name: string }>(ports: T[], { name, by }: { name: string; by: number }): T[] {
  const from = ports.findIndex((port) => port.name === name)
  const to = from + by
  if (from < 0 || to < 0 || to >= ports.length) return ports
  const moved = [...ports]
  moved.splice(to, 0, ...moved.splice(from, 1))
  return moved
}

function addInput(
  document: Workflow,
  id: string,
  subgraph: Subgraph,
  { name, port, value }: { name: string; port: PortType; value?: Json | undefined },
): Workflow {
  const inputs = [...subgraph.inputs, { name, type: port }]
  const wider = put(document, id, { ...subgraph, inputs })
  if (value === undefined) return wider
  return mapUsers(wider, id, (user) => ({ ...user, inputs: { ...user.inputs, [name]: value } }))
}

interface PortRef {
  side: SubgraphSide
  name: string
}

function renamePort(
  document: Workflow,
  id: string,
  subgraph: Subgraph,
  { side, name, to }: PortRef & { to: string },
): Workflow {
  if (name === to || to.trim() === '' || subgraph[side].some((port) => port.name === to)) return document
  const rename = (port: string): string => (port === name ? to : port)
  const renamed: Subgraph = {
    ...subgraph,
    [side]: subgraph[side].map((port) => ({ ...port, name: rename(port.name) })),
  }
  const inside =
    side === 'outputs'
      ? renamed
      : mapLinksInside(renamed, ([from, port]) => [from, from === '$in' ? rename(port) : port])
  return mapUses(put(document, id, inside), id, side, (port) => rename(port))
}

/** What is typed at every use, where that is one and the same, is typed inside again. */
function removePort(document: Workflow, id: string, subgraph: Subgraph, { side, name }: PortRef): Workflow {
  const fewer: Subgraph = { ...subgraph, [side]: subgraph[side].filter((port) => port.name !== name) }
  const inside =
    side === 'outputs'
      ? fewer
      : mapLinksInside(fewer, (link) => (isInput(link, name) ? undefined : link), {
          from: (link) => isInput(link, name),
          value: valueAtUses(document, id, name),
        })
  return mapUses(put(document, id, inside), id, side, (port) => (port === name ? undefined : port))
}

function isInput([from, port]: Link, name: string): boolean {
  return from === '$in' && port === name
}

function valueAtUses(document: Workflow, id: string, name: string): Json | undefined {
  const scopes = [document.nodes, ...Object.values(document.subgraphs ?? {}).map(({ nodes }) => nodes)]
  const users = scopes.flatMap((nodes) =>
    Object.values(nodes).filter(({ type }) => type === subgraphPrefix + id),
  )
  const [first, ...others] = users.map(({ inputs }) => inputs?.[name])
  const same = others.every((value) => JSON.stringify(value) === JSON.stringify(first))
  return same ? first : undefined
}

function mapUsers(document: Workflow, id: string, map: (user: WorkflowNode) => WorkflowNode): Workflow {
  const type = subgraphPrefix + id
  const inScope = (nodes: Nodes): Nodes => mapNodes(nodes, (node) => (node.type === type ? map(node) : node))
  const subgraphs = Object.entries(document.subgraphs ?? {}).map(([key, inner]): [string, Subgraph] => [
    key,
    { ...inner, nodes: inScope(inner.nodes) },
  ])
  return { ...document, nodes: inScope(document.nodes), subgraphs: Object.fromEntries(subgraphs) }
}

/** Follows the ports of a subgraph at every node that stands for it: a port without a new name goes, with its links. */
function mapUses(
  document: Workflow,
  id: string,
  side: SubgraphSide,
  rename: (port: string) => string | undefined,
): Workflow {
  const type = subgraphPrefix + id
  const follow = (nodes: Nodes): Nodes => {
    const users = new Set(Object.keys(nodes).filter((key) => nodes[key]?.type === type))
    if (users.size === 0) return nodes
    if (side === 'outputs')
      return mapNodes(nodes, (node) =>
        mapLinks(node, ([from, port]) => {
          const next = users.has(from) ? rename(port) : port
          return next === undefined ? undefined : [from, next]
        }),
      )
    return mapNodes(nodes, (node) => (node.type === type ? renameInputs(node, rename) : node))
  }
  const subgraphs = Object.entries(document.subgraphs ?? {}).map(([key, inner]): [string, Subgraph] => [
    key,
    { ...inner, nodes: follow(inner.nodes) },
  ])
  return { ...document, nodes: follow(document.nodes), subgraphs: Object.fromEntries(subgraphs) }
}

function mapNodes(nodes: Nodes, map: (node: WorkflowNode) => WorkflowNode): Nodes {
  return Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, map(node)]))
}

function renameInputs(node: WorkflowNode, rename: (port: string) => string | undefined): WorkflowNode {
  const keys = <T>(record: Record<string, T>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(record).flatMap(([key, value]) => {
        const next = rename(key)
        return next === undefined ? [] : [[next, value]]
      }),
    )
  return {
    ...node,
    ...(node.inputs && { inputs: keys(node.inputs) }),
    ...(node.links && { links: keys(node.links) }),
    ...(node.view?.reroutes && { view: { ...node.view, reroutes: keys(node.view.reroutes) } }),
  }
}

function mapLinksInside(subgraph: Subgraph, map: (link: Link) => Link | undefined, typed?: Typed): Subgraph {
  return {
    ...subgraph,
    nodes: mapNodes(subgraph.nodes, (node) => withTyped(mapLinks(node, map), node, typed)),
    outputs: subgraph.outputs.flatMap((output) => {
      const from = map(output.from)
      return from ? [{ ...output, from }] : []
    }),
  }
}

/** A node with its links led elsewhere; one that leads nowhere goes. Unchanged ones leave the node as it is. */
export function mapLinks(node: WorkflowNode, map: (link: Link) => Link | undefined): WorkflowNode {
  let changed = false
  const follow = (link: Link): Link | undefined => {
    const next = map(link)
    if (next?.[0] === link[0] && next[1] === link[1]) return link
    changed = true
    return next
  }
  const links: Record<string, Link | Link[]> = {}
  for (const [input, value] of Object.entries(node.links ?? {})) {
    const next = isLink(value) ? follow(value) : value.map(follow).filter((link) => link !== undefined)
    if (next !== undefined && next.length > 0) links[input] = next as Link | Link[]
  }
  return changed ? { ...node, links } : node
}

/** A value in the place of links that gave it. */
export interface Typed {
  from: (link: Link) => boolean
  value: Json | undefined
}

/** A node of which links were taken away, with their value in the inputs that have no other link. */
export function withTyped(node: WorkflowNode, before: WorkflowNode, typed: Typed | undefined): WorkflowNode {
  if (typed?.value === undefined) return node
  const { from, value } = typed
  const freed = Object.keys(before.links ?? {}).filter(
    (input) => node.links?.[input] === undefined && linksInto(before, input).some(from),
  )
  if (freed.length === 0) return node
  return { ...node, inputs: { ...node.inputs, ...Object.fromEntries(freed.map((input) => [input, value])) } }
}
