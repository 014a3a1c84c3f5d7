/** Numbers by key, the smallest first. */
export class MinimumHeap {
  readonly #keys: number[] = []
  readonly #values: number[] = []

  push(key: number, value: number): void {
    let at = this.#keys.push(key) - 1
    this.#values.push(value)
    while (at > 0) {
      const above = (at - 1) >>> 1
      if (this.#keys[above]! <= key) break
      this.#keys[at] = this.#keys[above]!
      this.#values[at] = this.#values[above]!
      at = above
    }
    this.#keys[at] = key
    this.#values[at] = value
  }

  pop(): number | undefined {
    const first = this.#values[0]
    const key = this.#keys.pop()
    const value = this.#values.pop()
    if (key === undefined || value === undefined || this.#keys.length === 0) return first
    const { length } = this.#keys
    let at = 0
    for (let below = 1; below < length; below = 2 * at + 1) {
      if (below + 1 < length && this.#keys[below + 1]! < this.#keys[below]!) below++
      if (this.#keys[below]! >= key) break
      this.#keys[at] = this.#keys[below]!
      this.#values[at] = this.#values[below]!
      at = below
    }
    this.#keys[at] = key
    this.#values[at] = value
    return first
  }
}
