/** A text on its way: its tokens, and from which one on they are pooled. */
export interface PooledText {
  tokens: readonly number[]
  start: number
}

/** One vector per tensor, pooled over the tokens of a text as they come. */
export class StatePool {
  readonly #text: PooledText
  readonly #pooling: 'mean' | 'last'
  readonly #sums = new Map<string, Float64Array>()

  constructor(text: PooledText, pooling: 'mean' | 'last') {
    this.#text = text
    this.#pooling = pooling
  }

  counts(position: number): boolean {
    const { tokens, start } = this.#text
    return this.#pooling === 'last' ? position === tokens.length - 1 : position >= start
  }

  /** Adds the state after the token at a position that counts. */
  add(name: string, state: Float32Array): void {
    let sum = this.#sums.get(name)
    if (!sum) this.#sums.set(name, (sum = new Float64Array(state.length)))
    for (let index = 0; index < state.length; index++) sum[index]! += state[index]!
  }

  result(name: string): Float32Array {
    const { tokens, start } = this.#text
    const count = this.#pooling === 'last' ? 1 : tokens.length - start
    return Float32Array.from(this.#sums.get(name) ?? [], (value) => value / count)
  }
}
