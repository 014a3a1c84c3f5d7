/** Where a record lies: the number of its file, above 0, the byte it begins at, and bytes of its payload. */
export interface Place {
  segment: number
  offset: number
  length: number
}

/** Words of a slot: four of the key, then the place. */
const width = 7
const [segmentAt, offsetAt, lengthAt] = [4, 5, 6]

/** In place of a number of a file. */
const empty = 0
const removed = 0xffff_ffff

/** Share of slots that may be taken before there are more. */
const mostFull = 0.7
const fewestSlots = 1_024

/**
 * Places by sha256, in some 60 bytes each: a cache of a gigabyte has millions, for which a map of objects takes a
 * gigabyte of memory.
 */
export class PlaceIndex {
  #slots = new Uint32Array(fewestSlots * width)
  /** Slots that are not empty, and those of them that hold a place. */
  #taken = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): Place | undefined {
    const at = this.#find(wordsOf(key))
    return this.#slots[at + segmentAt] === empty ? undefined : this.#placeAt(at)
  }

  set(key: string, { segment, offset, length }: Place): void {
    const words = wordsOf(key)
    if (this.#taken + 1 > (this.#slots.length / width) * mostFull) this.#rebuild()
    const at = this.#find(words)
    if (this.#slots[at + segmentAt] === empty) {
      this.#taken++
      this.#size++
    }
    this.#slots.set([...words, segment, offset, length], at)
  }

  delete(key: string): void {
    const at = this.#find(wordsOf(key))
    if (this.#slots[at + segmentAt] !== empty) this.#remove(at)
  }

  /** Forgets all places in a file. */
  deleteSegment(segment: number): void {
    for (let at = 0; at < this.#slots.length; at += width)
      if (this.#slots[at + segmentAt] === segment) this.#remove(at)
  }

  /** All of them, in no order. */
  *places(): Generator<Place> {
    for (let at = 0; at < this.#slots.length; at += width) if (this.#holds(at)) yield this.#placeAt(at)
  }

  #placeAt(at: number): Place {
    const slots = this.#slots
    return {
      segment: slots[at + segmentAt] as number,
      offset: slots[at + offsetAt] as number,
      length: slots[at + lengthAt] as number,
    }
  }

  #holds(at: number): boolean {
    const segment = this.#slots[at + segmentAt]
    return segment !== empty && segment !== removed
  }

  #remove(at: number): void {
    this.#slots[at + segmentAt] = removed
    this.#size--
  }

  /** The slot with the key, or the empty one where it would be looked for in vain. */
  #find([a, b, c, d]: Words): number {
    const slots = this.#slots
    const begin = ((a ^ b ^ c ^ d) >>> 0) % (slots.length / width)
    for (let at = begin * width; ; at = (at + width) % slots.length) {
      const segment = slots[at + segmentAt]
      if (segment === empty) return at
      const isIt = slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d
      if (isIt && segment !== removed) return at
    }
  }

  /** Anew without what was removed, at most half of it taken. */
  #rebuild(): void {
    const before = this.#slots
    let count = fewestSlots
    while (count < (this.#size + 1) * 2) count *= 2
    this.#slots = new Uint32Array(count * width)
    this.#taken = this.#size
    for (let at = 0; at < before.length; at += width) {
      const segment = before[at + segmentAt]
      if (segment === empty || segment === removed) continue
      const slot = before.subarray(at, at + width)
      this.#slots.set(slot, this.#find([...slot.subarray(0, 4)] as unknown as Words))
    }
  }
}

type Words = readonly [number, number, number, number]

/** Its halves, one upon the other: 128 bits, which no two keys share. */
function wordsOf(key: string): Words {
  const half = (at: number): number => Number.parseInt(key.slice(at, at + 8), 16)
  const word = (at: number): number => (half(at) ^ half(at + 32)) >>> 0
  return [word(0), word(8), word(16), word(24)]
}
