import { addressOf } from '@woolgather/ggml'
import type { Batch } from '@woolgather/ggml'

/** One token of a batch: whose it is, where, and whether its logits are wanted. */
export interface BatchEntry {
  token: number
  position: number
  sequence: number
  logits: boolean
}

/** The arrays of a `llama_batch`, allocated once. Each token belongs to one sequence. */
export class BatchBuffers {
  readonly #tokens: Int32Array
  readonly #positions: Int32Array
  readonly #sequences: Int32Array
  readonly #logits: Int8Array
  readonly #sequenceCounts: Int32Array
  readonly #sequencePointers: BigUint64Array
  readonly #batch: Batch

  constructor(size: number) {
    const ints = (): Int32Array => new Int32Array(new ArrayBuffer(size * 4))
    this.#tokens = ints()
    this.#positions = ints()
    this.#sequences = ints()
    this.#logits = new Int8Array(new ArrayBuffer(size))
    this.#sequenceCounts = ints().fill(1)
    this.#sequencePointers = new BigUint64Array(new ArrayBuffer(size * 8))
    const first = addressOf(this.#sequences)
    for (let index = 0; index < size; index++) this.#sequencePointers[index] = first + BigInt(index * 4)
    this.#batch = {
      n_tokens: 0,
      token: addressOf(this.#tokens),
      embd: null,
      pos: addressOf(this.#positions),
      n_seq_id: addressOf(this.#sequenceCounts),
      seq_id: addressOf(this.#sequencePointers),
      logits: addressOf(this.#logits),
    }
  }

  fill(entries: readonly BatchEntry[]): Batch {
    for (const [index, entry] of entries.entries()) {
      this.#tokens[index] = entry.token
      this.#positions[index] = entry.position
      this.#sequences[index] = entry.sequence
      this.#logits[index] = entry.logits ? 1 : 0
    }
    this.#batch.n_tokens = entries.length
    return this.#batch
  }
}
