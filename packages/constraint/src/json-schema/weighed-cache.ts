/** Values by name; the least recently used go once all together weigh too much. */
export class WeighedCache<Value> {
  readonly #most: number
  readonly #entries = new Map<string, { readonly value: Value; readonly weight: number }>()
  #weight = 0

  /** @param most what all may weigh together */
  constructor(most: number) {
    this.#most = most
  }

  get(name: string): Value | undefined {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    return entry.value
  }

  /** Keeps a value, in the place of what has the name, unless it is too heavy by itself. */
  set(name: string, value: Value, weight: number): void {
    this.#drop(name)
    if (weight > this.#most) return
    this.#entries.set(name, { value, weight })
    this.#weight += weight
    for (const [oldest] of this.#entries) {
      if (this.#weight <= this.#most) return
      this.#drop(oldest)
    }
  }

  #drop(name: string): void {
    this.#weight -= this.#entries.get(name)?.weight ?? 0
    this.#entries.delete(name)
  }
}
