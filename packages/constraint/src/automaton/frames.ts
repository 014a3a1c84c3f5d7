import { isFar, type Counter } from '../grammar/counter.ts'
import { ArrayTable } from './array-table.ts'

/**
 * Where rules return to. A frame is the hash-consed set of all callers that wait for a rule called at one place:
 * a level of a graph-structured stack. Frame 0 waits for the whole text.
 * Ways back are numbers, `frame × nodeCount + node`; while frames of the current place are being made, negative
 * references `−1 − rule` stand for them.
 */
export class Frames {
  readonly #nodeCount: number
  readonly #returns: Float64Array[]
  /** Members of an unordered list that were written before a frame's place, as bits; with the frame that has none. */
  readonly #written = new Map<number, { base: number; bits: Uint32Array }>()
  readonly #tagged = new Map<string, number>()
  readonly #marked = new Map<number, number>()
  /** How many were counted before a frame's place; with the frame where none were. */
  readonly #counts = new Map<number, { base: number; count: number; counter: Counter }>()
  /** By frame where none were, those where one, two, … were. */
  readonly #counted = new Map<number, Map<number, number>>()
  readonly #leading = new Map<number, boolean>()
  readonly #single = new ArrayTable()
  readonly #groups = new ArrayTable()

  constructor(nodeCount: number, acceptNode: number) {
    this.#nodeCount = nodeCount
    this.#returns = [Float64Array.of(acceptNode)]
  }

  get count(): number {
    return this.#returns.length
  }

  /** Ways back of a frame, sorted. */
  of(frame: number): Float64Array {
    return this.#returns[frame]!
  }

  /** The frame with exactly these ways back, none of which is a reference. */
  intern(ways: Float64Array): number {
    const known = this.#single.find(ways)
    if (known !== undefined) return known
    const frame = this.#returns.push(ways) - 1
    this.#single.add(ways, frame)
    return frame
  }

  /** Whether a member of an unordered list was written. */
  hasWritten(frame: number, member: number): boolean {
    const bits = this.#written.get(frame)?.bits
    return bits !== undefined && ((bits[member >>> 5] ?? 0) >>> (member & 31)) % 2 === 1
  }

  /** How many members of an unordered list were written. */
  writtenCount(frame: number): number {
    let count = 0
    for (let bits of this.#written.get(frame)?.bits ?? []) for (; bits !== 0; bits &= bits - 1) count++
    return count
  }

  /** The same ways back once a member was written. */
  mark(frame: number, member: number): number {
    const step = frame * 2 ** 20 + member
    const known = this.#marked.get(step)
    if (known !== undefined) return known
    const { base, bits } = this.#written.get(frame) ?? { base: frame, bits: new Uint32Array(0) }
    const next = new Uint32Array(Math.max(bits.length, (member >>> 5) + 1))
    next.set(bits)
    next[member >>> 5]! |= 1 << (member & 31)
    const content = `${base}:${next.join()}`
    const made = this.#tagged.get(content) ?? this.#returns.push(this.#returns[base]!) - 1
    this.#tagged.set(content, made)
    this.#written.set(made, { base, bits: next })
    this.#marked.set(step, made)
    return made
  }

  /** Whether anything was counted yet. */
  get counts(): boolean {
    return this.#counts.size > 0
  }

  /** How many were counted before a frame's place; Infinity where it makes no difference. */
  countOf(frame: number): number {
    return this.#counts.get(frame)?.count ?? 0
  }

  /** The same ways back once one more was counted. */
  countOne(frame: number, counter: Counter): number {
    const { base, count } = this.#counts.get(frame) ?? { base: frame, count: 0 }
    return count === Infinity ? frame : this.#withCount(base, count + 1, counter)
  }

  #withCount(base: number, count: number, counter: Counter): number {
    if (count === 0) return base
    const frames = this.#counted.get(base) ?? new Map<number, number>()
    this.#counted.set(base, frames)
    const known = frames.get(count)
    if (known !== undefined) return known
    const made = this.#returns.push(this.#returns[base]!) - 1
    this.#counts.set(made, { base, count, counter })
    frames.set(count, made)
    return made
  }

  /** The frame where counting makes no difference, if so many more characters cannot tell it from this one. */
  alike(frame: number, farthest: number): number {
    const counted = this.#counts.get(frame)
    if (counted === undefined || !isFar(counted.counter, counted.count, farthest)) return frame
    return this.#withCount(counted.base, Infinity, counted.counter)
  }

  /** Whether any way back leads to some nodes, from frame to frame. */
  leadTo(frame: number, nodes: Uint8Array): boolean {
    // Frames of rules that call one another in a circle return to each other.
    const seen = new Set([frame])
    const leads = this.#leadOn(frame, nodes, seen)
    if (leads) this.#leading.set(frame, true)
    else for (const one of seen) this.#leading.set(one, false)
    return leads
  }

  #leadOn(frame: number, nodes: Uint8Array, seen: Set<number>): boolean {
    return this.of(frame).some((way) => {
      const below = Math.floor(way / this.#nodeCount)
      if (nodes[way - below * this.#nodeCount] === 1) return true
      const known = this.#leading.get(below)
      if (known !== undefined || seen.has(below)) return known ?? false
      seen.add(below)
      return this.#leadOn(below, nodes, seen)
    })
  }

  /** Frames for rules that call one another without consuming anything (left recursion), in the order given. */
  internGroup(rules: readonly number[], ways: readonly Float64Array[]): number {
    const content = Float64Array.from(rules.flatMap((rule, index) => [partMark - rule, ...ways[index]!]))
    const known = this.#groups.find(content)
    if (known !== undefined) return known
    const first = this.#returns.length
    this.#groups.add(content, first)
    for (const list of ways) {
      this.#returns.push(list.map((way) => (way >= 0 ? way : this.#resolve(way, rules, first))).sort())
    }
    return first
  }

  #resolve(way: number, rules: readonly number[], first: number): number {
    const reference = Math.floor(way / this.#nodeCount)
    const node = way - reference * this.#nodeCount
    return (first + rules.indexOf(-1 - reference)) * this.#nodeCount + node
  }
}

/** Below every way back, so that the parts of a group's content cannot be confused. */
const partMark = -(2 ** 52)
