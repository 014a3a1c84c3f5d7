import type { Expression, Graph } from './expression.ts'
import type { Steps } from './steps.ts'

/** Merging from the end lets nodes be merged from the start, and so on; most is done after one time each. */
const mostRounds = 4
const nodesAtOnce = 2_048

interface NumberedEdge {
  readonly from: number
  readonly to: number
  readonly label: number
}

/**
 * The same texts with fewer nodes: those that go on alike become one, and those that are come to alike. Labels are equal
 * where they call the same rule, or are the same expression.
 * @param graph whose edges lead to later nodes or back to their own; any other comes back as it is
 */
export function* mergeAlike(graph: Graph): Steps<Graph> {
  if (graph.edges.some(({ from, to }) => to < from)) return graph
  const labels: Expression[] = []
  let edges = numberEdges(graph, labels)
  let finals = new Set(graph.finals)
  for (let round = 0; round < mostRounds; round++) {
    const before = edges.length
    for (const near of ['from', 'to'] as const) {
      const kindOf = (node: number): string => `${near === 'from' ? finals.has(node) : node === 0}`
      const merged = yield* findAlike(graph.size, edges, near, kindOf)
      edges = renumber(edges, merged, graph.size)
      finals = new Set(Array.from(finals, (node) => merged[node]!))
    }
    if (edges.length === before) break
  }
  return compact(edges, finals, labels)
}

function numberEdges(graph: Graph, labels: Expression[]): NumberedEdge[] {
  const numbers = new Map<Expression | string, number>()
  return graph.edges.map(({ from, to, label }) => {
    const key = label.kind === 'rule' ? label.name : label
    const number = numbers.get(key) ?? labels.push(label) - 1
    numbers.set(key, number)
    return { from, to, label: number }
  })
}

/**
 * By node the one that it is like: the same edges leave it for nodes that are alike, or arrive from such.
 * @param near the end of the edges that are compared; what is beyond it is merged before
 * @param kindOf nodes of different kinds are not alike
 */
function* findAlike(
  size: number,
  edges: readonly NumberedEdge[],
  near: 'from' | 'to',
  kindOf: (node: number) => string,
): Steps<Int32Array> {
  const far = near === 'from' ? 'to' : 'from'
  const edgesAt: NumberedEdge[][] = Array.from({ length: size }, () => [])
  for (const edge of edges) edgesAt[edge[near]]!.push(edge)
  const merged = new Int32Array(size)
  const known = new Map<string, number>()
  for (let step = 0; step < size; step++) {
    const node = near === 'from' ? size - 1 - step : step
    const ways = edgesAt[node]!.map((edge) => `${edge.label} ${edge[far] === node ? '' : merged[edge[far]]!}`)
    const content = `${kindOf(node)} ${[...new Set(ways)].sort().join()}`
    merged[node] = known.get(content) ?? node
    known.set(content, merged[node]!)
    if (step % nodesAtOnce === nodesAtOnce - 1) yield
  }
  return merged
}

/** The edges between the nodes that are left, each once. */
function renumber(edges: readonly NumberedEdge[], merged: Int32Array, size: number): NumberedEdge[] {
  const left = new Map<number, NumberedEdge>()
  for (const { from, to, label } of edges) {
    const edge = { from: merged[from]!, to: merged[to]!, label }
    left.set((label * size + edge.from) * size + edge.to, edge)
  }
  return [...left.values()]
}

/** Without the nodes that were merged away. */
function compact(
  edges: readonly NumberedEdge[],
  finals: ReadonlySet<number>,
  labels: readonly Expression[],
): Graph {
  const numbers = new Map([[0, 0]])
  const numberOf = (node: number): number => {
    const number = numbers.get(node) ?? numbers.size
    numbers.set(node, number)
    return number
  }
  const made = edges.map(({ from, to, label }) => ({
    from: numberOf(from),
    to: numberOf(to),
    label: labels[label]!,
  }))
  return { finals: Array.from(finals, numberOf), edges: made, size: numbers.size }
}
