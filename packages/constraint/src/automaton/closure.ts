import type { NetworkFacts } from '../grammar/analyse-network.ts'
import { fits, type Counter } from '../grammar/counter.ts'
import type { Edges, Network, NetworkCondition } from '../grammar/network.ts'
import type { Frames } from './frames.ts'
import { NumberSet } from './number-set.ts'
import { resolveCalls, resolveInOrder, type Call } from './resolve-calls.ts'
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
  readonly #nodes: number[] = []
  readonly #owners: number[] = []
  /** 1 for nodes that wait for a character and lead nowhere without one. */
  readonly #plain: Uint8Array
  /** The last closing that entered a rule. */
  readonly #enteredIn: Uint32Array
  #closing = 0
  /** Whether an item that ends here equals one before it. */
  #repeats = false

  constructor(network: Network, facts: NetworkFacts, frames: Frames, budget: WorkBudget) {
    this.#network = network
    this.#facts = facts
    this.#frames = frames
    this.#budget = budget
    this.#plain = findPlain(network, facts)
    this.#enteredIn = new Uint32Array(network.ruleStart.length)
  }

  /** The state before any text: rule 0 called with the whole text waiting for it. */
  start(): Closed {
    this.#begin()
    this.#push(this.#network.ruleStart[0]!, 0)
    return this.#run()
  }

  /**
   * @param seeds ways, `frame × nodeCount + node`
   * @param repeats whether an item that ends here equals one before it
   */
  close(seeds: readonly number[], repeats = false): Closed {
    if (seeds.every((seed) => this.#plain[seed % this.#network.nodeCount] === 1))
      return { items: sortedItems(seeds), accepting: false }
    this.#begin()
    for (let index = 0; index < seeds.length; index++) this.#pushWay(seeds[index]!)
    this.#repeats = repeats
    const closed = this.#run()
    this.#repeats = false
    return closed
  }

  #begin(): void {
    this.#seen.clear()
    this.#nodes.length = 0
    this.#owners.length = 0
    this.#closing++
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
    let entered = 0
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
      entered += this.#enterCalls(node, owner, calls)
    }
    return { items: this.#settle(waiting, calls, entered), accepting }
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
  #hasRoom(counter: Counter, node: number, owner: number): boolean {
    const { highest, maximum } = counter
    const count = owner < 0 ? 0 : this.#frames.countOf(owner)
    if (count === Infinity) return true
    return count === highest
      ? maximum === Infinity && fits(counter, node, count)
      : fits(counter, node, count + 1)
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
      case 'differs':
        return !this.#repeats
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

  /** Enters the rules that a node calls; how many of them for the first time. */
  #enterCalls(node: number, owner: number, calls: Call[]): number {
    const edges = this.#network.calls
    let entered = 0
    for (let edge = edges.from[node]!; edge < edges.from[node + 1]!; edge++) {
      const rule = edges.label[edge]!
      const returnTo = edges.to[edge]!
      if (this.#facts.aliveRule[rule] === 0 || this.#facts.alive[returnTo] === 0) continue
      calls.push({ rule, returnTo, caller: owner })
      // An empty match returns at once; matches found later belong to later places.
      if (this.#facts.nullable[rule] === 1) this.#push(returnTo, owner)
      if (this.#enteredIn[rule] === this.#closing) continue
      this.#enteredIn[rule] = this.#closing
      entered++
      this.#push(this.#network.ruleStart[rule]!, -1 - rule)
    }
    return entered
  }

  /**
   * Replaces references to rules called here by their frames.
   * @param entered how many rules were called
   */
  #settle(waiting: number[], calls: readonly Call[], entered: number): Float64Array {
    if (calls.length === 0) return sortedItems(waiting)
    const { nodeCount } = this.#network
    const { tail } = this.#facts
    const resolve = calls.length === entered ? resolveInOrder : resolveCalls
    const isTail = (node: number): boolean => tail[node] === 1
    const resolved = resolve(calls, this.#frames, nodeCount, isTail, this.#budget.spend)
    for (let index = 0; index < waiting.length; index++) {
      const item = waiting[index]!
      if (item >= 0) continue
      const reference = Math.floor(item / nodeCount)
      waiting[index] = resolved.get(-1 - reference)! * nodeCount + (item - reference * nodeCount)
    }
    return sortedItems(waiting)
  }
}

/** Each once. */
function sortedItems(items: readonly number[]): Float64Array {
  const sorted = new Float64Array(items)
  if (sorted.length > 1) sorted.sort()
  for (let index = 1; index < sorted.length; index++)
    if (sorted[index] === sorted[index - 1]) return Float64Array.from(new Set(sorted))
  return sorted
}

function findPlain(
  { nodeCount, acceptNode, emptyEdges, calls, conditionEdges, characterEdges, endOf }: Network,
  { alive }: NetworkFacts,
): Uint8Array {
  const plain = new Uint8Array(nodeCount)
  for (let node = 0; node < nodeCount; node++) {
    if (alive[node] === 0 || endOf[node]! >= 0 || node === acceptNode || !hasEdges(characterEdges, node))
      continue
    if (hasEdges(emptyEdges, node) || hasEdges(calls, node) || hasEdges(conditionEdges, node)) continue
    plain[node] = 1
  }
  return plain
}

function hasEdges({ from }: Edges, node: number): boolean {
  return from[node]! < from[node + 1]!
}
