import type { Group, Link, NodeDescription, Subgraph, Workflow, WorkflowNode } from '@woolgather/workflow'
import { subgraphPrefix } from '@woolgather/workflow'
import type { DocumentAction } from './actions.ts'
import { isSingle } from './inputs-of.ts'
import { makeCopyIds, makeId } from './make-id.ts'
import { isBorder, subgraphOf } from './scope.ts'
import { renameZoneStart } from './zone-start.ts'

type Subgraphs = Record<string, Subgraph>
type Types = ReadonlyMap<string, NodeDescription>

/**
 * The chosen nodes as a workflow of their own, with the subgraphs they use: what the clipboard holds, in the one
 * format there is.
 */
export function extractNodes(document: Workflow, ids: ReadonlySet<string>): Workflow {
  const entries = Object.entries(document.nodes).filter(([id]) => ids.has(id) && !isBorder(id))
  const nodes = Object.fromEntries(entries)
  const subgraphs = subgraphsUsed(nodes, document.subgraphs ?? {})
  return {
    format: 'woolgather',
    version: 1,
    name: document.name,
    nodes,
    ...groupsTaken(document, nodes),
    ...(Object.keys(subgraphs).length > 0 && { subgraphs }),
  }
}

/** Frames around nothing but what is taken. A node belongs to a frame that its upper left corner lies in. */
function groupsTaken({ groups = [], nodes }: Workflow, taken: Workflow['nodes']): Pick<Workflow, 'groups'> {
  const whole = groups.filter((group) => {
    const inside = Object.keys(nodes).filter((id) => liesIn(group, nodes[id]!))
    return inside.length > 0 && inside.every((id) => Object.hasOwn(taken, id))
  })
  return whole.length > 0 ? { groups: whole } : {}
}

function liesIn({ x, y, width, height }: Group, { view }: WorkflowNode): boolean {
  const { x: left = 0, y: top = 0 } = view ?? {}
  return left >= x && left <= x + width && top >= y && top <= y + height
}

function subgraphsUsed(nodes: Record<string, WorkflowNode>, all: Subgraphs): Subgraphs {
  const used: Subgraphs = {}
  const open = Object.values(nodes)
  for (let node = open.pop(); node; node = open.pop()) {
    const id = subgraphOf(node)
    const subgraph = id === undefined ? undefined : all[id]
    if (id === undefined || !subgraph || used[id]) continue
    used[id] = subgraph
    open.push(...Object.values(subgraph.nodes))
  }
  return used
}

export interface PasteOptions {
  /** How far the copies lie from the originals, in graph units. */
  offset: { x: number; y: number }
  /** Keep links from nodes that are not copied, where the document has them (duplicate). */
  keepOuterLinks: boolean
  types: Types
}

/**
 * The action that puts copies into a document, with ids of their own and the links between them intact. Subgraphs the
 * document has already are used again; others come along.
 */
export function pasteNodes(
  document: Workflow,
  copied: Workflow,
  options: PasteOptions,
): { action: DocumentAction; ids: string[] } {
  const ids = makeCopyIds(Object.keys(copied.nodes), new Set(Object.keys(document.nodes)))
  const { renamed, added } = bringSubgraphs(document.subgraphs ?? {}, copied.subgraphs ?? {})
  const move = (link: Link): Link | undefined => {
    const inner = ids.get(link[0])
    if (inner !== undefined) return [inner, link[1]]
    return options.keepOuterLinks && document.nodes[link[0]] ? link : undefined
  }
  const nodes = Object.entries(copied.nodes).map(([id, node]) => {
    const own = renameZoneStart(useSubgraph(node, renamed), options.types.get(node.type), ids)
    return [ids.get(id)!, copyNode(own, options.offset, move)]
  })
  const add: DocumentAction = { type: 'nodes.add', nodes: Object.fromEntries(nodes) }
  const bring = Object.entries(added).map(([id, subgraph]) => ({
    type: 'subgraph.add' as const,
    id,
    subgraph,
  }))
  const { x, y } = options.offset
  const frames = (copied.groups ?? []).map((group) => ({
    type: 'group.add' as const,
    group: { ...group, x: group.x + x, y: group.y + y },
  }))
  const more = [...bring, ...frames]
  return {
    action: more.length > 0 ? { type: 'batch', actions: [...more, add] } : add,
    ids: [...ids.values()],
  }
}

/** Which subgraphs have to be added, and what each is called where the name stands for another one here. */
function bringSubgraphs(
  present: Subgraphs,
  copied: Subgraphs,
): { renamed: Map<string, string>; added: Subgraphs } {
  const taken = new Set(Object.keys(present))
  const fresh = Object.entries(copied).filter(([id, one]) => !sameJson(present[id], one))
  const renamed = new Map<string, string>()
  for (const [id] of fresh) {
    const name = makeId(id, taken)
    taken.add(name)
    if (name !== id) renamed.set(id, name)
  }
  const added = fresh.map(([id, subgraph]): [string, Subgraph] => [
    renamed.get(id) ?? id,
    { ...subgraph, nodes: mapValues(subgraph.nodes, (node) => useSubgraph(node, renamed)) },
  ])
  return { renamed, added: Object.fromEntries(added) }
}

function useSubgraph(node: WorkflowNode, renamed: ReadonlyMap<string, string>): WorkflowNode {
  const name = renamed.get(subgraphOf(node) ?? '')
  return name === undefined ? node : { ...node, type: subgraphPrefix + name }
}

function mapValues<T>(record: Record<string, T>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function copyNode(
  node: WorkflowNode,
  offset: { x: number; y: number },
  move: (link: Link) => Link | undefined,
): WorkflowNode {
  const view = { ...node.view, x: (node.view?.x ?? 0) + offset.x, y: (node.view?.y ?? 0) + offset.y }
  if (node.view?.reroutes)
    view.reroutes = mapValues(node.view.reroutes, (ways) =>
      ways.map((points) => points.map(({ x, y }) => ({ x: x + offset.x, y: y + offset.y }))),
    )
  if (!node.links) return { ...node, view }
  const links: Record<string, Link | Link[]> = {}
  for (const [input, value] of Object.entries(node.links)) {
    const moved = isSingle(value) ? move(value) : value.map(move).filter((link) => link !== undefined)
    if (moved !== undefined && moved.length > 0) links[input] = moved as Link | Link[]
    else delete view.reroutes?.[input]
  }
  return { ...node, view, links }
}
