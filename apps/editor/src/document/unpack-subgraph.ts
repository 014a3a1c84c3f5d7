import type { Json, Link, NodeDescription, Workflow, WorkflowNode } from '@woolgather/workflow'
import type { DocumentAction } from './actions.ts'
import { isSingle, linksInto } from './inputs-of.ts'
import { makeCopyIds } from './make-id.ts'
import { mapLinks, withTyped } from './reduce-subgraph.ts'
import { placesIn } from './find-place.ts'
import { inputsNode, subgraphOf } from './scope.ts'
import { renameZoneStart } from './zone-start.ts'

type Types = ReadonlyMap<string, NodeDescription>

/** What an input of the subgraph was given: links of the graph around it, or a literal. */
type Given = { links: Link[] } | { literal: Json } | undefined

/**
 * Puts the nodes of a subgraph in the place of the node that stands for it. Its definition goes with its last use.
 * @returns `ids`: what its nodes are called there, by what they were called in it
 */
export function unpackSubgraph(
  workflow: Workflow,
  graph: Workflow,
  id: string,
  types: Types,
): { action: DocumentAction; ids: ReadonlyMap<string, string> } | undefined {
  const user = graph.nodes[id]
  const subgraphId = subgraphOf(user)
  const subgraph = subgraphId === undefined ? undefined : workflow.subgraphs?.[subgraphId]
  if (!user || subgraphId === undefined || !subgraph) return undefined
  const taken = new Set(Object.keys(graph.nodes).filter((key) => key !== id))
  const fresh = Object.keys(subgraph.nodes).filter((key) => !taken.has(key))
  const ids = new Map([
    ...fresh.map((key) => [key, key] as const),
    ...makeCopyIds(
      Object.keys(subgraph.nodes).filter((key) => taken.has(key)),
      new Set([...taken, ...fresh]),
    ),
  ])
  const given = (input: string): Given => {
    const links = linksInto(user, input)
    if (links.length > 0) return { links }
    const literal = user.inputs?.[input]
    return literal === undefined ? undefined : { literal }
  }
  const shift = shiftOf(user, Object.values(subgraph.nodes))
  const inner = Object.entries(subgraph.nodes).map(([key, node]): [string, WorkflowNode] => {
    const renamed = renameZoneStart(node, types.get(node.type), ids)
    const placed = {
      ...renamed,
      view: { ...node.view, ...shift(node) },
      ...(user.mode && { mode: user.mode }),
    }
    return [ids.get(key)!, leadLinks(placed, ids, given)]
  })
  const outputs = new Map(subgraph.outputs.map(({ name, from }) => [name, from]))
  const outer = Object.entries(graph.nodes).flatMap(([key, node]): [string, WorkflowNode][] =>
    key === id ? [] : [[key, leadOutside(node, id, outputs, { ids, given })]],
  )
  const actions: DocumentAction[] = [
    { type: 'nodes.replace', nodes: Object.fromEntries([...outer, ...inner]) },
  ]
  const uses = placesIn(workflow).filter(({ node }) => subgraphOf(node) === subgraphId).length
  if (uses < 2) actions.push({ type: 'subgraph.remove', id: subgraphId })
  return { action: { type: 'batch', actions }, ids }
}

/** A node outside that read the subgraph: what it read really, also a value that was only handed through. */
function leadOutside(
  node: WorkflowNode,
  id: string,
  outputs: ReadonlyMap<string, Link>,
  { ids, given }: { ids: ReadonlyMap<string, string>; given: (input: string) => Given },
): WorkflowNode {
  const led = mapLinks(node, (link) => (link[0] === id ? behind(outputs.get(link[1]), ids, given) : link))
  if (led === node) return node
  return [...outputs].reduce((so, [output, from]) => {
    const value = from[0] === inputsNode ? given(from[1]) : undefined
    if (!value || !('literal' in value)) return so
    return withTyped(so, node, {
      from: (link) => link[0] === id && link[1] === output,
      value: value.literal,
    })
  }, led)
}

/** Where an output of the subgraph really comes from; nowhere where it hands on an input that was not linked. */
function behind(
  from: Link | undefined,
  ids: ReadonlyMap<string, string>,
  given: (input: string) => Given,
): Link | undefined {
  if (!from) return undefined
  const inner = ids.get(from[0])
  if (inner !== undefined) return [inner, from[1]]
  const value = from[0] === inputsNode ? given(from[1]) : undefined
  return value && 'links' in value ? value.links[0] : undefined
}

/** A node with what it read of the border replaced by what the border was given: links, or a literal. */
function leadLinks(
  node: WorkflowNode,
  ids: ReadonlyMap<string, string>,
  given: (input: string) => Given,
): WorkflowNode {
  const { links: before, ...rest } = node
  const links: Record<string, Link | Link[]> = {}
  const inputs: Record<string, Json> = { ...node.inputs }
  for (const [input, value] of Object.entries(before ?? {})) {
    const led = linksInto(node, input).flatMap((link): Link[] => {
      if (link[0] !== inputsNode) return [[ids.get(link[0]) ?? link[0], link[1]]]
      const known = given(link[1])
      if (known && 'literal' in known) inputs[input] = known.literal
      return known && 'links' in known ? known.links : []
    })
    const [first] = led
    // One of several that was typed cannot stand beside links.
    if (first) delete inputs[input]
    if (first) links[input] = isSingle(value) && led.length === 1 ? first : led
  }
  return {
    ...rest,
    ...(Object.keys(inputs).length > 0 && { inputs }),
    ...(Object.keys(links).length > 0 && { links }),
  }
}

/** The inner nodes keep their arrangement, around the place of the node they come out of. */
function shiftOf(
  user: WorkflowNode,
  nodes: readonly WorkflowNode[],
): (node: WorkflowNode) => { x: number; y: number } {
  const xs = nodes.map(({ view }) => view?.x ?? 0)
  const ys = nodes.map(({ view }) => view?.y ?? 0)
  const middle = (values: number[]): number => Math.round((Math.min(...values) + Math.max(...values)) / 2)
  const dx = (user.view?.x ?? 0) - middle(xs)
  const dy = (user.view?.y ?? 0) - middle(ys)
  return ({ view }) => ({ x: (view?.x ?? 0) + dx, y: (view?.y ?? 0) + dy })
}
