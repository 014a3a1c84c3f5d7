import type { FileHandle } from 'node:fs/promises'
import { GgufError } from './gguf-error.ts'

const chunkBytes = 1_048_576

/** Reads little-endian values from the front of a file, a chunk at a time; refuses to read past its end. */
export class ByteReader {
  readonly #file: FileHandle
  readonly #fileBytes: number
  #chunk: Buffer = Buffer.alloc(0)
  #chunkStart = 0
  #position = 0

  constructor(file: FileHandle, fileBytes: number) {
    this.#file = file
    this.#fileBytes = fileBytes
  }

  get position(): number {
    return this.#position
  }

  async uint32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE()
  }

  /** @throws GgufError where the number is beyond what JavaScript counts exactly: no honest header holds one. */
  async uint64(): Promise<number> {
    const value = (await this.bytes(8)).readBigUInt64LE()
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new GgufError(`It holds an impossible size (${value}).`)
    return Number(value)
  }

  async text(maxBytes: number): Promise<string> {
    return (await this.bytes(await this.#length(maxBytes))).toString('utf8')
  }

  async skipText(maxBytes: number): Promise<void> {
    await this.skip(await this.#length(maxBytes))
  }

  async skip(count: number): Promise<void> {
    this.#requireBytes(count)
    this.#position += count
  }

  /** The next bytes; valid until the next read. */
  async bytes(count: number): Promise<Buffer> {
    this.#requireBytes(count)
    const offset = this.#position - this.#chunkStart
    if (offset < 0 || offset + count > this.#chunk.length) await this.#load(Math.max(count, chunkBytes))
    const start = this.#position - this.#chunkStart
    this.#position += count
    return this.#chunk.subarray(start, start + count)
  }

  async #length(maxBytes: number): Promise<number> {
    const length = await this.uint64()
    if (length > maxBytes) throw new GgufError(`It holds a text of ${length} bytes, more than ${maxBytes}.`)
    return length
  }

  #requireBytes(count: number): void {
    if (this.#position + count > this.#fileBytes) {
      throw new GgufError(
        `It ends in the middle of its header, after ${this.#fileBytes} bytes: an incomplete copy.`,
      )
    }
  }

  async #load(count: number): Promise<void> {
    const chunk = Buffer.alloc(Math.min(count, this.#fileBytes - this.#position))
    let filled = 0
    while (filled < chunk.length) {
      const { bytesRead } = await this.#file.read(
        chunk,
        filled,
        chunk.length - filled,
        this.#position + filled,
      )
      if (bytesRead === 0) throw new GgufError('It became shorter while it was read.')
      filled += bytesRead
    }
    this.#chunk = chunk
    this.#chunkStart = this.#position
  }
}
