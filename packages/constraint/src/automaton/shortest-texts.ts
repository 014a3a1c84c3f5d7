import { eachEdge, reverse } from '../grammar/analyse-network.ts'
import type { Network } from '../grammar/network.ts'
import { MinimumHeap } from './minimum-heap.ts'
import { utf8Length } from './utf8.ts'

/** What is taken at a node: nothing, a character of a set (its index), or a rule (`ruleMark − rule`). */
const empty = -1
const ruleMark = -2

/**
 * The shortest text from each node of a network to the end of its rule, in bytes: Knuth's generalisation of
 * Dijkstra's algorithm, in which a call costs the shortest text of what it calls. A text is put together from those of
 * rules that were settled before it, so nothing refers to itself.
 */
export class ShortestTexts {
  readonly nodeCount: number
  readonly #network: Network
  readonly #points: readonly number[]
  readonly #bytes: Float64Array
  readonly #ruleBytes: Float64Array
  readonly #takes: Int32Array
  readonly #next: Int32Array
  /** Rules in the order of settling. */
  readonly #settled: number[] = []
  #ruleTexts: string[] | undefined

  /** @param points a character for each set of the network; −1 for those of which none can be written */
  constructor(network: Network, points: readonly number[]) {
    this.nodeCount = network.nodeCount
    this.#network = network
    this.#points = points
    this.#bytes = new Float64Array(network.nodeCount).fill(Infinity)
    this.#ruleBytes = new Float64Array(network.ruleStart.length).fill(Infinity)
    this.#takes = new Int32Array(network.nodeCount).fill(empty)
    this.#next = new Int32Array(network.nodeCount).fill(-1)
    this.#settle()
  }

  bytesFrom(node: number): number {
    return this.#bytes[node]!
  }

  textFrom(node: number): string {
    const ruleTexts = (this.#ruleTexts ??= this.#writeRules())
    return this.#write(node, ruleTexts)
  }

  #writeRules(): string[] {
    const texts: string[] = []
    for (const rule of this.#settled) {
      if (this.#ruleBytes[rule]! > longestText) break
      texts[rule] = this.#write(this.#network.ruleStart[rule]!, texts)
    }
    return texts
  }

  #write(node: number, ruleTexts: readonly string[]): string {
    let text = ''
    for (let here = node; this.#next[here]! >= 0; here = this.#next[here]!) {
      const takes = this.#takes[here]!
      if (takes >= 0) text += String.fromCodePoint(this.#points[takes]!)
      else if (takes !== empty) text += ruleTexts[ruleMark - takes]!
    }
    return text
  }

  #settle(): void {
    const { nodeCount, characterEdges, emptyEdges, calls, endOf, ruleStart, acceptNode } = this.#network
    const { conditionEdges, conditions } = this.#network
    const before = [characterEdges, emptyEdges, calls, conditionEdges].map((edges) =>
      reverse(edges, nodeCount),
    )
    const [beforeCharacter, beforeEmpty, beforeCall, beforeCondition] = before as [Edges, Edges, Edges, Edges]
    const costs = this.#points.map((point) => (point < 0 ? Infinity : utf8Length(point)))
    const startOf = new Map<number, number>()
    ruleStart.forEach((node, rule) => startOf.set(node, rule))
    const waiting = new Map<number, { source: number; to: number }[]>()
    const done = new Uint8Array(nodeCount)
    const queue = new MinimumHeap()
    const relax = (node: number, bytes: number, takes: number, next: number) => {
      if (bytes >= this.#bytes[node]!) return
      this.#bytes[node] = bytes
      this.#takes[node] = takes
      this.#next[node] = next
      queue.push(bytes, node)
    }
    endOf.forEach((rule, node) => {
      if (rule >= 0 || node === acceptNode) relax(node, 0, empty, -1)
    })
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (done[node] === 1) continue
      done[node] = 1
      const to = node
      const bytes = this.#bytes[to]!
      const rule = startOf.get(to)
      if (rule !== undefined) {
        this.#ruleBytes[rule] = bytes
        this.#settled.push(rule)
        for (const call of waiting.get(rule) ?? [])
          relax(call.source, bytes + this.#bytes[call.to]!, ruleMark - rule, call.to)
      }
      eachEdge(beforeEmpty, to, (source) => relax(source, bytes, empty, to))
      // What depends on members that were written has no text that is the shortest always.
      eachEdge(beforeCondition, to, (source, index) => {
        const condition = conditions[index]!
        const isSure =
          condition.kind === 'mark' ||
          condition.kind === 'count' ||
          condition.kind === 'room' ||
          (condition.kind === 'differs' && condition.endsSurely) ||
          (condition.kind === 'all' && condition.members.length === 0 && condition.minimum <= 1) ||
          (condition.kind === 'counted' && condition.counter.isShort)
        if (isSure) relax(source, bytes, empty, to)
      })
      eachEdge(beforeCharacter, to, (source, set) => relax(source, bytes + costs[set]!, set, to))
      eachEdge(beforeCall, to, (source, called) => {
        if (this.#ruleBytes[called] !== Infinity)
          return relax(source, bytes + this.#ruleBytes[called]!, ruleMark - called, to)
        const list = waiting.get(called)
        if (list === undefined) waiting.set(called, [{ source, to }])
        else list.push({ source, to })
      })
    }
  }
}

type Edges = Network['calls']

/** Rules of longer texts are measured, but not written out. */
const longestText = 1_000_000
