import {
  subgraphPrefix,
  type Link,
  type NodeDescription,
  type Subgraph,
  type Workflow,
} from '@woolgather/workflow'
import type { DocumentAction } from './actions.ts'
import { inputsOf, linksInto, outputsOf } from './inputs-of.ts'
import { dependsOn } from './link-rules.ts'
import { makeId } from './make-id.ts'
import { mapLinks } from './reduce-subgraph.ts'
import { inputsNode } from './scope.ts'
import { zoneStartOf } from './zone-start.ts'

type Types = ReadonlyMap<string, NodeDescription>

export type Made = { action: DocumentAction; id: string } | { refused: string }

/**
 * Makes a subgraph of some nodes of a graph and puts one node in their place. What they read from outside becomes its
 * inputs, one for each source; what is read of them outside, its outputs. Refused where it could not run.
 */
export function makeSubgraph(
  workflow: Workflow,
  graph: Workflow,
  chosen: ReadonlySet<string>,
  types: Types,
): Made {
  const ids = [...chosen].filter((id) => graph.nodes[id])
  const inside = new Set(ids)
  if (ids.length === 0) return { refused: 'Select the nodes that become the subgraph first' }
  const problem = whyNot(graph, inside, types)
  if (problem !== undefined) return { refused: problem }
  const subgraphId = makeId('subgraph', new Set(Object.keys(workflow.subgraphs ?? {})))
  const inputs = readInputs(graph, inside, types)
  const outputs = readOutputs(graph, inside, types)
  const subgraph: Subgraph = {
    name: 'Subgraph',
    inputs: inputs.map(({ name, type }) => ({ name, type })),
    outputs: outputs.map(({ name, type, from }) => ({ name, type, from })),
    nodes: Object.fromEntries(
      ids.map((id) => [
        id,
        mapLinks(graph.nodes[id]!, (link) => {
          if (inside.has(link[0])) return link
          const input = inputs.find(({ from }) => sameEnd(from, link))
          return input && [inputsNode, input.name]
        }),
      ]),
    ),
  }
  const id = makeId(subgraphId, new Set(Object.keys(graph.nodes)))
  const links = Object.fromEntries(inputs.map(({ name, from }) => [name, from]))
  const kept = Object.entries(graph.nodes).filter(([key]) => !inside.has(key))
  const nodes = Object.fromEntries([
    ...kept.map(([key, node]) => [
      key,
      mapLinks(node, (link) => {
        const output = outputs.find(({ from }) => sameEnd(from, link))
        return output ? [id, output.name] : link
      }),
    ]),
    [
      id,
      { type: subgraphPrefix + subgraphId, ...(inputs.length > 0 && { links }), view: middleOf(graph, ids) },
    ],
  ]) as Workflow['nodes']
  const actions: DocumentAction[] = [
    { type: 'subgraph.add', id: subgraphId, subgraph },
    { type: 'nodes.replace', nodes },
  ]
  return { action: { type: 'batch', actions }, id }
}

interface Border {
  name: string
  type: string
  from: Link
}

function readInputs(graph: Workflow, inside: ReadonlySet<string>, types: Types): Border[] {
  const found: Border[] = []
  for (const id of inside) {
    const node = graph.nodes[id]!
    for (const input of inputsOf(node, types.get(node.type), graph.nodes))
      for (const from of linksInto(node, input.name)) {
        if (inside.has(from[0]) || found.some((known) => sameEnd(known.from, from))) continue
        found.push({ name: freeName(input.name, found), type: input.type, from })
      }
  }
  return found
}

function readOutputs(graph: Workflow, inside: ReadonlySet<string>, types: Types): Border[] {
  const found: Border[] = []
  for (const [id, node] of Object.entries(graph.nodes)) {
    if (inside.has(id)) continue
    for (const input of Object.keys(node.links ?? {}))
      for (const from of linksInto(node, input)) {
        if (!inside.has(from[0]) || found.some((known) => sameEnd(known.from, from))) continue
        const source = outputsOf(from[0], types.get(graph.nodes[from[0]]!.type), graph.nodes)
        const type = source.find(({ name }) => name === from[1])?.type ?? 'any'
        found.push({ name: freeName(from[1], found), type, from })
      }
  }
  return found
}

/** Half a loop cannot be taken out of its graph, nor what something outside stands between. */
function whyNot(graph: Workflow, inside: ReadonlySet<string>, types: Types): string | undefined {
  for (const [id, node] of Object.entries(graph.nodes)) {
    const start = zoneStartOf(node, types.get(node.type))
    if (start !== undefined && graph.nodes[start] && inside.has(id) !== inside.has(start))
      return 'A loop goes into a subgraph whole: select its start and its end'
  }
  const outside = Object.keys(graph.nodes).filter((id) => !inside.has(id))
  const between = outside.find((id) => {
    const reads = [...inside].some((inner) => dependsOn(graph, id, inner))
    return reads && [...inside].some((inner) => dependsOn(graph, inner, id))
  })
  return between === undefined
    ? undefined
    : `“${graph.nodes[between]?.view?.title ?? between}” stands between the selected nodes: select it too`
}

function middleOf(graph: Workflow, ids: readonly string[]): { x: number; y: number } {
  const places = ids.map((id) => graph.nodes[id]?.view ?? { x: 0, y: 0 })
  const middle = (values: number[]): number => Math.round((Math.min(...values) + Math.max(...values)) / 2)
  return { x: middle(places.map(({ x }) => x)), y: middle(places.map(({ y }) => y)) }
}

export function freeName(wanted: string, taken: readonly { name: string }[]): string {
  const names = new Set(taken.map(({ name }) => name))
  if (!names.has(wanted)) return wanted
  for (let n = 2; ; n++) if (!names.has(`${wanted} ${n}`)) return `${wanted} ${n}`
}

function sameEnd(a: Link, b: Link): boolean {
  return a[0] === b[0] && a[1] === b[1]
}
