import { addressOf, readInts } from '@woolgather/ggml'
import type { Pointer } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'

/** Bytes of a `llama_token_data`: id, logit and probability. */
const entryBytes = 12
/** koffi needs memory of its own behind a typed array, and V8 keeps small arrays elsewhere. */
const leastBytes = 128

/** A `llama_token_data_array` with its data. It may be filled again; memory only grows. */
export class Candidates {
  readonly struct: Uint8Array = new Uint8Array(new ArrayBuffer(leastBytes))
  #ids = new Int32Array(new ArrayBuffer(leastBytes))
  #floats = new Float32Array(this.#ids.buffer)
  #count = 0

  /** Every token of a row. */
  static of(row: Float32Array): Candidates {
    const candidates = new Candidates()
    candidates.fill(row)
    return candidates
  }

  static one(token: number): Candidates {
    const candidates = new Candidates()
    candidates.fill(Float32Array.of(1))
    candidates.#ids[0] = token
    return candidates
  }

  /** The first `count` of `tokens`, or all of the row, with their logits. */
  fill(row: Float32Array, tokens?: Int32Array, count: number = row.length): void {
    this.#reserve(count)
    const ids = this.#ids
    const floats = this.#floats
    for (let index = 0, at = 0; index < count; index++, at += 3) {
      const token = tokens === undefined ? index : tokens[index]!
      ids[at] = token
      floats[at + 1] = row[token]!
      floats[at + 2] = 0
    }
    const struct = new DataView(this.struct.buffer)
    struct.setBigUint64(0, addressOf(ids), true)
    struct.setBigUint64(8, BigInt(count), true)
    struct.setBigInt64(16, -1n, true)
    struct.setUint8(24, 0)
  }

  #reserve(count: number): void {
    this.#count = count
    if (count * entryBytes <= this.#ids.byteLength) return
    const buffer = new ArrayBuffer(Math.max(leastBytes, 2 ** Math.ceil(Math.log2(count)) * entryBytes))
    this.#ids = new Int32Array(buffer)
    this.#floats = new Float32Array(buffer)
  }

  /** What a sampler picked. The data may have moved: samplers are free to point the struct elsewhere. */
  selected(): { token: number; logit: number } {
    const struct = new DataView(this.struct.buffer)
    const index = struct.getBigInt64(16, true)
    if (index < 0n) throw new LlamaError('native-error', 'The sampler chain picked no token.')
    const [token, logit] = readInts((struct.getBigUint64(0, true) + BigInt(entryBytes) * index) as Pointer, 2)
    return { token: token!, logit: new Float32Array(Int32Array.of(logit!).buffer)[0]! }
  }

  hasAllowed(): boolean {
    for (let at = 1; at < 3 * this.#count; at += 3) if (this.#floats[at] !== -Infinity) return true
    return false
  }
}
