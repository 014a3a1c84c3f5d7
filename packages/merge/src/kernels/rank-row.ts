const digitBits = 11
const digits = 1 << digitBits

/**
 * Ranks the magnitudes of a row: 0 for the smallest; equal ones in the order they lie in. A radix sort of the
 * floats' bits, three digits of 11 bits each.
 */
export class RowRanker {
  readonly #keys: [Int32Array, Int32Array]
  readonly #indices: [Uint32Array, Uint32Array]
  readonly #counts = new Uint32Array(digits)

  constructor(length: number) {
    this.#keys = [new Int32Array(length), new Int32Array(length)]
    this.#indices = [new Uint32Array(length), new Uint32Array(length)]
  }

  /** `bits` of the floats, signs ignored; `ranks` gets the rank of each. */
  rank(bits: Int32Array, count: number, ranks: Uint32Array): void {
    const [keys, otherKeys] = this.#keys
    const [indices, otherIndices] = this.#indices
    for (let i = 0; i < count; i++) {
      keys[i] = bits[i]! & 0x7fffffff
      indices[i] = i
    }
    sortByDigit(keys, indices, otherKeys, otherIndices, 0, count, this.#counts)
    sortByDigit(otherKeys, otherIndices, keys, indices, digitBits, count, this.#counts)
    sortByDigit(keys, indices, otherKeys, otherIndices, 2 * digitBits, count, this.#counts)
    for (let rank = 0; rank < count; rank++) ranks[otherIndices[rank]!] = rank
  }
}

function sortByDigit(
  keys: Int32Array,
  indices: Uint32Array,
  sortedKeys: Int32Array,
  sortedIndices: Uint32Array,
  shift: number,
  count: number,
  counts: Uint32Array,
): void {
  counts.fill(0)
  for (let i = 0; i < count; i++) counts[(keys[i]! >>> shift) & (digits - 1)]!++
  let place = 0
  for (let digit = 0; digit < digits; digit++) {
    const own = counts[digit]!
    counts[digit] = place
    place += own
  }
  for (let i = 0; i < count; i++) {
    const digit = (keys[i]! >>> shift) & (digits - 1)
    const target = counts[digit]!
    counts[digit] = target + 1
    sortedKeys[target] = keys[i]!
    sortedIndices[target] = indices[i]!
  }
}
