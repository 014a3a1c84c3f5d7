import type { NetworkFacts } from '../grammar/analyse-network.ts'
import type { Counter } from '../grammar/counter.ts'
import type { Network, NetworkCondition } from '../grammar/network.ts'
import type { Frames } from './frames.ts'
import { NumberSet } from './number-set.ts'
import { resolveCalls, type Call } from './resolve-calls.ts'
import type { WorkBudget } from './work-budget.ts'

/** Content of a state: items (`frame × nodeCount + node`, sorted) that wait for a character. */
export interface Closed {
  readonly items: Float64Array
  readonly accepting: boolean
}

/** Follows everything that consumes no character: empty edges, calls, and returns from finished rules. */
export class Closure {
  readonly #network: Network
  readonly #facts: NetworkFacts
  readonly #frames: Frames
  readonly #budget: WorkBudget
  readonly #seen = new NumberSet()
  #nodes: number[] = []
  #owners: number[] = []

  constructor(network: Network, facts: NetworkFacts, frames: Frames, budget: WorkBudget) {
    this.#network = network
    this.#facts = facts
    this.#frames = frames
    this.#budget = budget
  }

  /** The state before any text: rule 0 called with the whole text waiting for it. */
  start(): Closed {
    this.#begin()
    this.#push(this.#network.ruleStart[0]!, 0)
    return this.#run()
  }

  /** @param seeds ways, `frame × nodeCount + node` */
  close(seeds: ArrayLike<number>): Closed {
    this.#begin()
    for (let index = 0; index < seeds.length; index++) this.#pushWay(seeds[index]!)
    return this.#run()
  }

  #begin(): void {
    this.#seen.clear()
    this.#nodes = []
    this.#owners = []
  }

  #pushWay(way: number): void {
    const frame = Math.floor(way / this.#network.nodeCount)
    this.#push(way - frame * this.#network.nodeCount, frame)
  }

  #push(node: number, owner: number): void {
    if (this.#facts.alive[node] === 0) return
    if (!this.#seen.add(owner * this.#network.nodeCount + node)) return
    this.#nodes.push(node)
    this.#owners.push(owner)
  }

  #run(): Closed {
    const { characterEdges, emptyEdges, endOf, acceptNode, nodeCount } = this.#network
    const waiting: number[] = []
    const calls: Call[] = []
    const entered = new Set<number>()
    let accepting = false
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      const owner = this.#owners.pop()!
      this.#budget.spend(1)
      if (node === acceptNode) accepting = true
      if (endOf[node]! >= 0 && owner >= 0) this.#returnTo(owner)
      if (characterEdges.from[node]! < characterEdges.from[node + 1]!) waiting.push(owner * nodeCount + node)
      for (let edge = emptyEdges.from[node]!; edge < emptyEdges.from[node + 1]!; edge++) {
        this.#push(emptyEdges.to[edge]!, owner)
      }
      this.#followConditions(node, owner)
      this.#enterCalls(node, owner, calls, entered)
    }
    return { items: this.#settle(waiting, calls), accepting }
  }

  #followConditions(node: number, owner: number): void {
    const { conditionEdges, conditions } = this.#network
    for (let edge = conditionEdges.from[node]!; edge < conditionEdges.from[node + 1]!; edge++) {
      const condition = conditions[conditionEdges.label[edge]!]!
      const to = conditionEdges.to[edge]!
      if (condition.kind === 'mark') this.#push(to, this.#frames.mark(owner, condition.member))
      else if (condition.kind === 'count') this.#countOne(condition, to, owner)
      else if (this.#holds(condition, owner)) this.#push(to, owner)
    }
  }

  #countOne({ counter, node }: NetworkCondition & { kind: 'count' }, to: number, owner: number): void {
    if (!this.#hasRoom(counter, node, owner)) return
    const isHighest = this.#frames.countOf(owner) === counter.highest
    this.#push(to, isHighest ? owner : this.#frames.countOne(owner, counter))
  }

  /** Whether one more may be counted that leads to a node; counts that may be any stop at the highest. */
  #hasRoom({ highest, maximum, fits }: Counter, node: number, owner: number): boolean {
    const count = owner < 0 ? 0 : this.#frames.countOf(owner)
    if (count === Infinity) return true
    return count === highest ? maximum === Infinity && fits(node, count) : fits(node, count + 1)
  }

  /** Rules that are called at this place have written nothing yet. */
  #holds(condition: Exclude<NetworkCondition, { kind: 'mark' | 'count' }>, owner: number): boolean {
    const has = (member: number): boolean => owner >= 0 && this.#frames.hasWritten(owner, member)
    const { aliveRule } = this.#facts
    switch (condition.kind) {
      case 'absent':
        return !has(condition.member)
      case 'all':
        return (
          condition.members.every(has) && this.#writtenCount(owner, condition.minimum) >= condition.minimum
        )
      case 'left':
        return (
          (condition.rest !== undefined && aliveRule[condition.rest] === 1) ||
          (condition.rules.some((rule, member) => aliveRule[rule] === 1 && !has(member)) &&
            this.#writtenCount(owner, condition.maximum) < condition.maximum)
        )
      case 'room':
        return this.#hasRoom(condition.counter, condition.node, owner)
      case 'counted': {
        const count = owner < 0 ? 0 : this.#frames.countOf(owner)
        return (
          count === Infinity || (count >= condition.counter.minimum && count <= condition.counter.maximum)
        )
      }
    }
  }

  /** Counts only where there is a limit to hold. */
  #writtenCount(owner: number, limit: number): number {
    return owner < 0 || limit === 0 || limit === Infinity ? 0 : this.#frames.writtenCount(owner)
  }

  #returnTo(frame: number): void {
    const ways = this.#frames.of(frame)
    this.#budget.spend(ways.length)
    for (let index = 0; index < ways.length; index++) this.#pushWay(ways[index]!)
  }

  #enterCalls(node: number, owner: number, calls: Call[], entered: Set<number>): void {
    const edges = this.#network.calls
    for (let edge = edges.from[node]!; edge < edges.from[node + 1]!; edge++) {
      const rule = edges.label[edge]!
      const returnTo = edges.to[edge]!
      if (this.#facts.aliveRule[rule] === 0 || this.#facts.alive[returnTo] === 0) continue
      calls.push({ rule, returnTo, caller: owner })
      // An empty match returns at once; matches found later belong to later places.
      if (this.#facts.nullable[rule] === 1) this.#push(returnTo, owner)
      if (entered.has(rule)) continue
      entered.add(rule)
      this.#push(this.#network.ruleStart[rule]!, -1 - rule)
    }
  }

  /** Replaces references to rules called here by their frames. */
  #settle(waiting: number[], calls: readonly Call[]): Float64Array {
    const { nodeCount } = this.#network
    if (calls.length === 0) return new Float64Array(waiting).sort()
    const { tail } = this.#facts
    const resolved = resolveCalls(
      calls,
      this.#frames,
      nodeCount,
      (node) => tail[node] === 1,
      this.#budget.spend,
    )
    for (let index = 0; index < waiting.length; index++) {
      const item = waiting[index]!
      if (item >= 0) continue
      const reference = Math.floor(item / nodeCount)
      waiting[index] = resolved.get(-1 - reference)! * nodeCount + (item - reference * nodeCount)
    }
    const items = new Float64Array(waiting).sort()
    return items.some((item, index) => item === items[index + 1]) ? Float64Array.from(new Set(items)) : items
  }
}
