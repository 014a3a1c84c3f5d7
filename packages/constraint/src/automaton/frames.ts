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
