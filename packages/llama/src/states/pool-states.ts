/** A text on its way: its tokens, and from which one on they are pooled. */
export interface PooledText {
  tokens: readonly number[]
  start: number
}

/** The mean over the tokens, or the state after one of them. */
export type Pooling = 'mean' | 'first' | 'last'

/** One vector per tensor, pooled over the tokens of a text as they come. */
export class StatePool {
  readonly #text: PooledText
  readonly #pooling: Pooling
  readonly #sums = new Map<string, Float64Array>()

  constructor(text: PooledText, pooling: Pooling) {
    this.#text = text
    this.#pooling = pooling
  }

  counts(position: number): boolean {
    const { tokens, start } = this.#text
    if (this.#pooling === 'last') return position === tokens.length - 1
    return this.#pooling === 'first' ? position === start : position >= start
  }

  /** Adds the state after the token at a position that counts. */
  add(name: string, state: Float32Array): void {
    let sum = this.#sums.get(name)
    if (!sum) this.#sums.set(name, (sum = new Float64Array(state.length)))
    for (let index = 0; index < state.length; index++) sum[index]! += state[index]!
  }

  result(name: string): Float32Array {
    const { tokens, start } = this.#text
    const count = this.#pooling === 'mean' ? tokens.length - start : 1
    return Float32Array.from(this.#sums.get(name) ?? [], (value) => value / count)
  }
}
