interface Entry<Value> {
  value: Value
  bytes: number
}

/**
 * A map bounded by the size of its values, in two halves: what is used goes to the young one, and when that is full it
 * becomes the old one and what was old goes. So what was used longest ago goes first, give or take half the map, and
 * a look-up costs one look-up.
 */
export class LruMap<Value> {
  readonly #halfBytes: number
  readonly #sizeOf: (value: Value) => number
  #young = new Map<string, Entry<Value>>()
  #old = new Map<string, Entry<Value>>()
  #youngBytes = 0

  constructor(maxBytes: number, sizeOf: (value: Value) => number) {
    this.#halfBytes = maxBytes / 2
    this.#sizeOf = sizeOf
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young.value
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#keep(key, old)
    return old.value
  }

  set(key: string, value: Value): void {
    const bytes = this.#sizeOf(value)
    this.#youngBytes -= this.#young.get(key)?.bytes ?? 0
    this.#young.delete(key)
    this.#old.delete(key)
    if (bytes <= this.#halfBytes) this.#keep(key, { value, bytes })
  }

  #keep(key: string, entry: Entry<Value>): void {
    if (this.#youngBytes + entry.bytes > this.#halfBytes) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(key, entry)
    this.#youngBytes += entry.bytes
  }
}
