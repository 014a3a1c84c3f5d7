/** A set of integers below 2⁵³ in magnitude that empties in constant time. */
export class NumberSet {
  #keys = new Float64Array(256)
  #stamps = new Uint32Array(256)
  #stamp = 1
  #count = 0

  clear(): void {
    this.#stamp++
    this.#count = 0
  }

  /** Adds a number; false if it was there. */
  add(value: number): boolean {
    const mask = this.#keys.length - 1
    let slot = hashNumber(value) & mask
    while (this.#stamps[slot] === this.#stamp) {
      if (this.#keys[slot] === value) return false
      slot = (slot + 1) & mask
    }
    this.#keys[slot] = value
    this.#stamps[slot] = this.#stamp
    if (++this.#count * 2 > mask) this.#grow()
    return true
  }

  #grow(): void {
    const keys = this.#keys
    const stamps = this.#stamps
    const stamp = this.#stamp
    this.#keys = new Float64Array(keys.length * 2)
    this.#stamps = new Uint32Array(keys.length * 2)
    this.#stamp = 1
    this.#count = 0
    keys.forEach((key, slot) => {
      if (stamps[slot] === stamp) this.add(key)
    })
  }
}

export function hashNumber(value: number): number {
  const mixed = Math.imul(value | 0, 0x9e3779b1) ^ Math.imul((value / 4294967296) | 0, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
