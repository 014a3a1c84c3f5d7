import { GgufError } from './gguf-error.ts'
import { headerLimits } from './limits.ts'
import { readFixed, valueTypes, type FixedType } from './value-types.ts'

/** Where bytes come from: a file, or the part of one that is in memory. */
export interface ByteSource {
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

const chunkBytes = 2 ** 20

/** Little-endian values from the front of a file, in order, a chunk at a time; never past its end. */
export class HeaderReader {
  readonly fileBytes: number
  readonly #file: ByteSource
  #chunk: Buffer = Buffer.alloc(0)
  #chunkStart = 0
  #position = 0

  constructor(file: ByteSource, fileBytes: number) {
    this.#file = file
    this.fileBytes = fileBytes
  }

  get position(): number {
    return this.#position
  }

  async u32(): Promise<number> {
    const at = await this.#take(4)
    return this.#chunk.readUInt32LE(at)
  }

  /** Inexact above 2⁵³, where nothing in a file can be. */
  async u64(): Promise<number> {
    const at = await this.#take(8)
    return Number(this.#chunk.readBigUInt64LE(at))
  }

  async fixed(type: FixedType): Promise<number | bigint | boolean> {
    const at = await this.#take(valueTypes[type].bytes)
    return readFixed(this.#chunk, at, type)
  }

  /** A number of things of at least `bytesEach` that must fit into the rest of the file. */
  async count(limit: number, bytesEach: number, what: string): Promise<number> {
    const count = await this.u64()
    const possible = Math.min(limit, Math.floor((this.fileBytes - this.#position) / bytesEach))
    if (count > possible) {
      throw new GgufError(`its header tells of ${count} ${what}, more than can be in the file`)
    }
    return count
  }

  /** Length in bytes of the text that follows. */
  length(): Promise<number> {
    return this.count(Number.MAX_SAFE_INTEGER, 1, 'bytes of text')
  }

  /** Vocabularies have hundreds of thousands of texts: what lies in the chunk is passed without awaiting. */
  async skipTexts(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const at = this.#position - this.#chunkStart
      const inChunk = at >= 0 && at + 8 <= this.#chunk.length
      if (inChunk) this.skip(8 + Number(this.#chunk.readBigUInt64LE(at)))
      else this.skip(await this.length())
    }
  }

  /** A length and a text, of at most `limit` bytes. */
  async text(limit: number): Promise<string> {
    const length = await this.count(limit, 1, 'bytes in a name')
    return this.rawText(length)
  }

  async rawText(length: number): Promise<string> {
    const at = await this.#take(length)
    return this.#chunk.toString('utf8', at, at + length)
  }

  /** The first bytes of the file, as Latin-1, without moving on. */
  async peek(length: number): Promise<string> {
    const before = this.#position
    const available = Math.min(length, this.fileBytes)
    const at = await this.#take(available)
    this.#position = before
    return this.#chunk.toString('latin1', at, at + available)
  }

  skip(bytes: number): void {
    this.#position += bytes
    this.#checkPosition()
  }

  /** Moves on by `bytes` and says where in the chunk they are. */
  async #take(bytes: number): Promise<number> {
    const start = this.#position
    this.skip(bytes)
    const inChunk = start >= this.#chunkStart && start + bytes <= this.#chunkStart + this.#chunk.length
    if (!inChunk) await this.#fill(start, bytes)
    return start - this.#chunkStart
  }

  async #fill(start: number, atLeast: number): Promise<void> {
    const wanted = Math.min(Math.max(chunkBytes, atLeast), this.fileBytes - start)
    this.#chunk = Buffer.allocUnsafe(wanted)
    await readFully(this.#file, this.#chunk, start)
    this.#chunkStart = start
  }

  #checkPosition(): void {
    if (this.#position > this.fileBytes) {
      throw new GgufError('it ends in the middle of its header', { hint: 'Download or copy it again.' })
    }
    if (this.#position > headerLimits.headerBytes) {
      throw new GgufError(`its header is longer than ${headerLimits.headerBytes / 2 ** 20} MiB`)
    }
  }
}

/** Fills `target` from `position` on. @throws GgufError where the file ends before */
export async function readFully(file: ByteSource, target: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done)
    if (bytesRead === 0) throw new GgufError('it became shorter while it was read')
    done += bytesRead
  }
}
