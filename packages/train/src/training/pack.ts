import type { Example } from './examples.ts'

/** Examples laid into rows of one length, several where they fit: none sees another. */
export interface Packed {
  length: number
  rows: number
  tokens: Int32Array
  positions: Int32Array
  /** For each token of each row, where it may look: 0 or −∞, [length, length, 1, rows]. */
  mask: Float32Array
  /** The same, looking back no further than a window. */
  local: Float32Array | undefined
  /** Of what is learnt: the token before it (place among all), itself, and what it counts. */
  targets: { rows: Int32Array; tokens: Int32Array; weights: Float32Array }
}

/** Rounded up, so that few graphs serve all batches. */
const [lengthStep, targetStep] = [16, 8]

/**
 * @param packs whether rows hold several examples
 * @param window how far local blocks look back; absent: there are none
 */
export function pack(
  examples: readonly Example[],
  { window, packs }: { window: number | undefined; packs: boolean },
): Packed {
  const lengths = examples.map(({ tokens }) => tokens.length - 1)
  const length = Math.ceil(Math.max(...lengths) / lengthStep) * lengthStep
  const places = placeInRows(lengths, length, packs)
  const rows = 1 + Math.max(...places.map(({ row }) => row))
  const packed: Packed = {
    length,
    rows,
    tokens: new Int32Array(length * rows),
    positions: new Int32Array(length * rows),
    mask: maskOf(examples, places, { length, rows, window: undefined }),
    local: window === undefined ? undefined : maskOf(examples, places, { length, rows, window }),
    targets: targetsOf(examples, places, length),
  }
  for (const [index, { tokens }] of examples.entries()) {
    const { row, start } = places[index]!
    for (let at = 0; at < tokens.length - 1; at++) {
      packed.tokens[row * length + start + at] = tokens[at]!
      packed.positions[row * length + start + at] = at
    }
  }
  return packed
}

/** Sizes that no batch of these examples exceeds. */
export function sizeOfLargest(
  examples: readonly Example[],
  batch: number,
): { length: number; rows: number; targets: number } {
  const largest = (counts: readonly number[]): number => counts.reduce((a, b) => Math.max(a, b), 1)
  const up = (count: number, step: number): number => Math.ceil(count / step) * step
  const learnt = examples.map(({ weights }) =>
    weights.reduce((sum, one, at) => sum + (at > 0 && one !== 0 ? 1 : 0), 0),
  )
  return {
    length: up(largest(examples.map(({ tokens }) => tokens.length - 1)), lengthStep),
    rows: Math.min(batch, examples.length),
    targets: up(largest(learnt) * Math.min(batch, examples.length), targetStep),
  }
}

interface Place {
  row: number
  start: number
}

/** The longest first, each into the first row that has room. */
function placeInRows(lengths: readonly number[], length: number, packs: boolean): Place[] {
  const places: Place[] = []
  const filled: number[] = []
  const order = lengths.map((_, index) => index).toSorted((a, b) => lengths[b]! - lengths[a]! || a - b)
  for (const index of order) {
    const found = packs ? filled.findIndex((used) => used + lengths[index]! <= length) : -1
    const row = found < 0 ? filled.push(0) - 1 : found
    places[index] = { row, start: filled[row]! }
    filled[row]! += lengths[index]!
  }
  return places
}

function maskOf(
  examples: readonly Example[],
  places: readonly Place[],
  { length, rows, window }: { length: number; rows: number; window: number | undefined },
): Float32Array {
  const mask = new Float32Array(length * length * rows).fill(-Infinity)
  // What fills a row up looks at itself, since nothing to look at is no number.
  for (let token = 0; token < length * rows; token++) mask[token * length + (token % length)] = 0
  for (const [index, { tokens }] of examples.entries()) {
    const { row, start } = places[index]!
    for (let at = 0; at < tokens.length - 1; at++) {
      const line = (row * length + start + at) * length + start
      const first = window === undefined ? 0 : Math.max(0, at - window + 1)
      mask.fill(0, line + first, line + at + 1)
    }
  }
  return mask
}

function targetsOf(
  examples: readonly Example[],
  places: readonly Place[],
  length: number,
): Packed['targets'] {
  const found: [row: number, token: number, weight: number][] = []
  for (const [index, { tokens, weights }] of examples.entries()) {
    const { row, start } = places[index]!
    for (let at = 1; at < tokens.length; at++) {
      if (weights[at] !== 0) found.push([row * length + start + at - 1, tokens[at]!, weights[at]!])
    }
  }
  // What fills up counts nothing.
  while (found.length === 0 || found.length % targetStep !== 0) found.push([0, 0, 0])
  return {
    rows: Int32Array.from(found, ([row]) => row),
    tokens: Int32Array.from(found, ([, token]) => token),
    weights: Float32Array.from(found, ([, , weight]) => weight),
  }
}
