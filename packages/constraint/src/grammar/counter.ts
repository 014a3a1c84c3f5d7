import type { Expression, Graph } from './expression.ts'

/** Steps of graphs that are looked at to tell which numbers of them lead to an end. */
const mostSteps = 4_000_000

/** A graph of which a text takes so many edges. */
export interface Counter {
  readonly graph: Graph
  readonly minimum: number
  readonly maximum: number
  /** Counting stops there: more make no difference. */
  readonly highest: number
  /** Whether the text can still end in time, at a node that so many edges led to. */
  readonly fits: (node: number, count: number) => boolean
  /** Whether enough were counted, and so many more are too few to pass the limit. */
  readonly isFar: (count: number, farthest: number) => boolean
  /** Whether the fewest bytes from a node to an end are always few enough: no text is too short, and none needs long characters. */
  readonly isShort: boolean
}

/**
 * The texts of a graph that take so many of its edges: counted while they are written, so that no states are multiplied.
 * @returns `undefined` where too much would have to be looked at
 */
export function countEdges(
  graph: Graph,
  bounds: { minimum: number; maximum: number; isPlain: (label: Expression) => boolean },
): Counter | undefined {
  const fewest = stepsToEnd(graph)
  const maximum = bounds.maximum
  const minimum = (fewest[0] ?? 0) >= bounds.minimum ? 0 : bounds.minimum
  const lengths = minimum === 0 ? undefined : lengthsToEnd(graph, minimum, maximum)
  if (minimum > 0 && lengths === undefined) return undefined
  const fits = (node: number, count: number): boolean =>
    lengths === undefined
      ? fewest[node]! <= maximum - count
      : lengths(node, Math.max(0, minimum - count), maximum - count)
  const longestWay = fewest.reduce((most, steps) => (steps === Infinity ? most : Math.max(most, steps)), 0)
  const edges = graph.edges.filter(({ to }) => fewest[to] !== Infinity)
  return {
    graph: { ...graph, edges },
    minimum,
    maximum,
    highest: maximum === Infinity ? minimum : maximum,
    fits,
    isFar: (count, farthest) =>
      maximum !== Infinity && count >= minimum && count + farthest + longestWay < maximum,
    isShort: minimum === 0 && edges.every(({ label }) => bounds.isPlain(label)),
  }
}

function sourcesOf({ size, edges }: Graph): number[][] {
  const sources: number[][] = Array.from({ length: size }, () => [])
  for (const { from, to } of edges) sources[to]!.push(from)
  return sources
}

function stepsToEnd(graph: Graph): Float64Array {
  const steps = new Float64Array(graph.size).fill(Infinity)
  const sources = sourcesOf(graph)
  const queue = [...graph.finals]
  for (const final of queue) steps[final] = 0
  // Appended to while it is gone through.
  for (const node of queue) {
    for (const source of sources[node]!) {
      if (steps[source] !== Infinity) continue
      steps[source] = steps[node]! + 1
      queue.push(source)
    }
  }
  return steps
}

/** Whether some number of steps between two leads from a node to an end. */
function lengthsToEnd(
  graph: Graph,
  minimum: number,
  maximum: number,
): ((node: number, least: number, most: number) => boolean) | undefined {
  const sources = sourcesOf(graph)
  const levels: Uint8Array[] = []
  const known = new Map<string, number>()
  let level = Uint8Array.from({ length: graph.size }, (_, node) => (graph.finals.includes(node) ? 1 : 0))
  let left = mostSteps
  let again = 0
  for (;;) {
    const key = level.join('')
    const before = known.get(key)
    if (before !== undefined) {
      again = before
      break
    }
    known.set(key, levels.length)
    levels.push(level)
    if (maximum !== Infinity && levels.length > maximum) break
    left -= graph.edges.length + graph.size
    if (left < 0) return undefined
    const next = new Uint8Array(graph.size)
    for (let node = 0; node < graph.size; node++)
      if (level[node] === 1) for (const source of sources[node]!) next[source] = 1
    level = next
  }
  // From `again` on the levels repeat.
  const period = levels.length - again
  const levelAt = (steps: number): Uint8Array =>
    levels[steps < levels.length ? steps : again + ((steps - again) % period)]!
  return (node, least, most) => {
    const last = Math.min(most, Math.max(least, again) + period)
    for (let steps = least; steps <= last; steps++) if (levelAt(steps)[node] === 1) return true
    return false
  }
}
