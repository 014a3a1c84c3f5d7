import { ConstraintError } from '../errors/constraint-error.ts'
import { findInterval, type CharacterPartition } from '../grammar/partition-characters.ts'
import type { Frames } from './frames.ts'
import type { ShortestTexts } from './shortest-texts.ts'
import { prefixLength, prefixRange, type PackedPrefix } from './utf8.ts'

/** What an ending of a text in the making is: bytes of a character it leaves unfinished, then text. */
export interface Ending {
  readonly lead: readonly number[]
  readonly text: string
}

/** What the endings of states are found from. */
export interface EndingSource {
  readonly partition: CharacterPartition
  canEnd(state: number): boolean
  /** `frame × nodeCount + node`, as `Closed`. */
  items(state: number): Float64Array
  row(state: number): Int32Array
  unfinishedParts(state: number): { base: number; prefix: PackedPrefix } | undefined
}

/** Longer endings are measured, but not written out. */
export const longestEnding = 1_000_000

/**
 * The shortest way out of every state: of its alternatives the one whose rest of the rule and callers take the fewest
 * bytes. A caller's rest is worked out once, so a token costs the few frames that it opened.
 */
export class Endings {
  readonly #source: EndingSource
  readonly #texts: ShortestTexts
  readonly #frames: Frames
  /** Bytes from the return of a frame to the end of the text, and the way back that is the shortest. */
  readonly #frameBytes: number[] = [0]
  readonly #frameWay: number[] = [-1]
  readonly #known = new Map<number, { bytes: number; item: number }>()

  constructor(source: EndingSource, texts: ShortestTexts, frames: Frames) {
    this.#source = source
    this.#texts = texts
    this.#frames = frames
  }

  /** Bytes that end the text at the soonest; Infinity where nothing does. */
  bytesToEnd(state: number): number {
    return this.#shortest(state).bytes
  }

  /** @throws {ConstraintError} `too-large` past a million bytes */
  ending(state: number): Ending {
    const { bytes, item } = this.#shortest(state)
    if (bytes > longestEnding)
      throw new ConstraintError(
        'too-large',
        `The shortest text that matches takes more than ${longestEnding} bytes`,
      )
    if (item < 0) {
      if (bytes === 0) return { lead: [], text: '' }
      const { point, has, target } = this.#completions(state)
      const whole = new TextEncoder().encode(String.fromCodePoint(point))
      return { lead: [...whole.subarray(has)], text: this.ending(target).text }
    }
    const parts: string[] = []
    for (let way = item; way >= 0;) {
      const frame = Math.floor(way / this.#texts.nodeCount)
      parts.push(this.#texts.textFrom(way - frame * this.#texts.nodeCount))
      way = frame === 0 ? -1 : this.#frameWay[frame]!
    }
    return { lead: [], text: parts.join('') }
  }

  #shortest(state: number): { bytes: number; item: number } {
    const known = this.#known.get(state)
    if (known !== undefined) return known
    const found = this.#find(state)
    if (this.#known.size >= maximumKnown) this.#known.clear()
    this.#known.set(state, found)
    return found
  }

  #find(state: number): { bytes: number; item: number } {
    if (this.#source.canEnd(state)) return { bytes: 0, item: -1 }
    if (this.#source.unfinishedParts(state) !== undefined)
      return { bytes: this.#completions(state).bytes, item: -1 }
    let bytes = Infinity
    let best = -1
    const items = this.#source.items(state)
    for (let index = 0; index < items.length; index++) {
      const length = this.#wayBytes(items[index]!)
      if (length >= bytes) continue
      bytes = length
      best = items[index]!
    }
    return { bytes, item: best }
  }

  /** The character that an unfinished one may become with the shortest way out after it. */
  #completions(state: number): { bytes: number; point: number; has: number; target: number } {
    const { base, prefix } = this.#source.unfinishedParts(state)!
    const { has, needs } = prefixLength(prefix)
    const { minimum, maximum } = prefixRange(prefix)!
    const { intervalStart, intervalClass } = this.#source.partition
    const row = this.#source.row(base)
    let best = { bytes: Infinity, point: minimum, has, target: 0 }
    for (let index = findInterval(intervalStart, minimum); index < intervalStart.length; index++) {
      if (intervalStart[index]! > maximum) break
      const target = intervalClass[index]! < 0 ? 0 : row[intervalClass[index]!]!
      if (target === 0) continue
      const bytes = needs - has + this.bytesToEnd(target)
      if (bytes < best.bytes) best = { bytes, point: Math.max(intervalStart[index]!, minimum), has, target }
    }
    return best
  }

  #wayBytes(way: number): number {
    const frame = Math.floor(way / this.#texts.nodeCount)
    const own = this.#texts.bytesFrom(way - frame * this.#texts.nodeCount)
    return own === Infinity ? Infinity : own + this.#bytesAfter(frame)
  }

  #bytesAfter(frame: number): number {
    if (this.#frameBytes[frame] === undefined) this.#measureFrames(frame)
    return this.#frameBytes[frame]!
  }

  /** Frames of rules that call one another in a circle refer to each other, so they are measured until nothing changes. */
  #measureFrames(frame: number): void {
    const { nodeCount } = this.#texts
    const found = this.#framesBelow(frame)
    for (const one of found) {
      this.#frameBytes[one] = Infinity
      this.#frameWay[one] = -1
    }
    for (let changed = true; changed;) {
      changed = false
      for (const one of found) {
        for (const way of this.#frames.of(one)) {
          const below = Math.floor(way / nodeCount)
          const bytes = this.#texts.bytesFrom(way - below * nodeCount) + this.#frameBytes[below]!
          if (bytes >= this.#frameBytes[one]!) continue
          this.#frameBytes[one] = bytes
          this.#frameWay[one] = way
          changed = true
        }
      }
    }
  }

  /** Frames not yet measured that a frame returns to, itself last, those that are returned to mostly first. */
  #framesBelow(frame: number): number[] {
    const seen = new Set([frame])
    const path = [{ frame, next: 0 }]
    const order: number[] = []
    while (path.length > 0) {
      const step = path[path.length - 1]!
      const way = this.#frames.of(step.frame)[step.next++]
      if (way === undefined) {
        order.push(step.frame)
        path.pop()
        continue
      }
      const below = Math.floor(way / this.#texts.nodeCount)
      if (this.#frameBytes[below] !== undefined || seen.has(below)) continue
      seen.add(below)
      path.push({ frame: below, next: 0 })
    }
    return order
  }
}

/** States whose shortest ways out are remembered before all are found anew. */
const maximumKnown = 200_000
