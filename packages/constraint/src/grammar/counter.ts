import type { Expression, Graph } from './expression.ts'

/** Steps of graphs that are looked at to tell which numbers of them lead to an end. */
const mostSteps = 4_000_000

/** How many edges of a graph a text takes: plain data, which another thread may make. */
export interface Counter {
  readonly minimum: number
  readonly maximum: number
  /** Counting stops there: more make no difference. */
  readonly highest: number
  /** Of each node the fewest edges to an end. */
  readonly fewest: Float64Array
  /** The most of those that are known. */
  readonly longestWay: number
  /** Where texts may be too short: of each node the most edges to an end, if all numbers from the fewest on lead to one. */
  readonly most: Float64Array | undefined
  /** Where texts may be too short and that is not so: which numbers of edges lead to an end. */
  readonly lengths: Lengths | undefined
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
): { graph: Graph; counter: Counter } | undefined {
  const fewest = stepsToEnd(graph)
  const maximum = bounds.maximum
  const minimum = (fewest[0] ?? 0) >= bounds.minimum ? 0 : bounds.minimum
  const most = minimum === 0 ? undefined : mostToEnd(graph, fewest)
  const isListed = minimum > 0 && most === undefined
  const lengths = isListed ? lengthsToEnd(graph, minimum, maximum) : undefined
  if (isListed && lengths === undefined) return undefined
  const longestWay = fewest.reduce((most, steps) => (steps === Infinity ? most : Math.max(most, steps)), 0)
  const edges = graph.edges.filter(({ to }) => fewest[to] !== Infinity)
  const counter: Counter = {
    minimum,
    maximum,
    highest: maximum === Infinity ? minimum : maximum,
    fewest,
    longestWay,
    most,
    lengths,
    isShort: minimum === 0 && edges.every(({ label }) => bounds.isPlain(label)),
  }
  return { graph: { ...graph, edges }, counter }
}

/** Whether the text can still end in time, at a node that so many edges led to. */
export function fits(counter: Counter, node: number, count: number): boolean {
  const { minimum, maximum, fewest, most, lengths } = counter
  if (lengths !== undefined) return hasLength(lengths, node, Math.max(0, minimum - count), maximum - count)
  return fewest[node]! <= maximum - count && (most === undefined || most[node]! >= minimum - count)
}

/** Whether enough were counted, and so many more are too few to pass the limit. */
export function isFar({ minimum, maximum, longestWay }: Counter, count: number, farthest: number): boolean {
  return maximum !== Infinity && count >= minimum && count + farthest + longestWay < maximum
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

/**
 * The most edges from each node to an end, Infinity where there is no most.
 * @returns `undefined` where some number between the fewest and the most leads to no end, or where it is not plain that all do
 */
function mostToEnd({ size, finals, edges }: Graph, fewest: Float64Array): Float64Array | undefined {
  const sources = sourcesOf({ size, finals, edges })
  const targets: number[][] = Array.from({ length: size }, () => [])
  const open = new Int32Array(size)
  const loops = new Uint8Array(size)
  for (const { from, to } of edges) {
    if (fewest[to] === Infinity) continue
    if (from === to) loops[from] = 1
    else {
      targets[from]!.push(to)
      open[from]!++
    }
  }
  const isFinal = new Set(finals)
  const most = new Float64Array(size).fill(-1)
  const queue = Array.from(fewest.keys()).filter((node) => open[node] === 0 && fewest[node] !== Infinity)
  let known = 0
  // Appended to while it is gone through: a node once all that it leads to are known.
  for (const node of queue) {
    const last = loops[node] === 1 ? Infinity : lastOfAll(node)
    if (last === undefined) return undefined
    most[node] = last
    known++
    for (const source of sources[node]!) if (source !== node && --open[source]! === 0) queue.push(source)
  }
  return known === fewest.filter((steps) => steps !== Infinity).length ? most : undefined

  /** Where numbers of steps begin that lead on from several nodes, each up to its most, without one left out. */
  function lastOfAll(node: number): number | undefined {
    let last = isFinal.has(node) ? 0 : fewest[node]! - 1
    const ranges = targets[node]!.toSorted((a, b) => fewest[a]! - fewest[b]!)
    for (const to of ranges) {
      if (fewest[to]! + 1 > last + 1) return undefined
      last = Math.max(last, most[to]! + 1)
    }
    return last
  }
}

/** By number of steps, and then by node, 1 where so many lead to an end; from `again` on these repeat. */
interface Lengths {
  readonly levels: readonly Uint8Array[]
  readonly again: number
}

function lengthsToEnd(graph: Graph, minimum: number, maximum: number): Lengths | undefined {
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
  return { levels, again }
}

/** Whether some number of steps between two leads from a node to an end. */
function hasLength({ levels, again }: Lengths, node: number, least: number, most: number): boolean {
  const period = levels.length - again
  const levelAt = (steps: number): Uint8Array =>
    levels[steps < levels.length ? steps : again + ((steps - again) % period)]!
  const last = Math.min(most, Math.max(least, again) + period)
  for (let steps = least; steps <= last; steps++) if (levelAt(steps)[node] === 1) return true
  return false
}
