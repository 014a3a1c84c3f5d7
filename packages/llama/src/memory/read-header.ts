import { open, type FileHandle } from 'node:fs/promises'

/** A metadata value. Arrays of text, of arrays and long ones are only counted. */
export type HeaderValue = number | boolean | string | number[] | { length: number }

export interface TensorEntry {
  name: string
  /** Row length first, as ggml orders them. */
  shape: number[]
  type: number
  /** Bytes from the start of the tensor data. */
  offset: number
}

export interface GgufHeader {
  fileBytes: number
  version: number
  metadata: Map<string, HeaderValue>
  tensors: TensorEntry[]
  /** Where the tensor data begins. */
  dataOffset: number
}

/** What is wrong with a header, and what to do where that can be told. */
export class HeaderProblem extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

// Limits: each several times what the largest known file needs, each low enough that a broken file cannot make
// the reader run for long or fill the memory.
const maxHeaderBytes = 512 * 2 ** 20
const maxEntries = 65_536
const maxTensors = 262_144
const maxKeyBytes = 65_535
const maxKeptTextBytes = 4 * 2 ** 20
const maxTexts = 8_000_000
/** Per-layer figures are what is kept of arrays; llama.cpp knows at most 512 layers. */
const maxKeptNumbers = 1024
const maxDimensions = 4

/**
 * Reads the header of a GGUF file: metadata and tensor table, nothing of the tensors. Every count and length is
 * held against the size of the file before it is believed. (node-llama-cpp's `readGgufFileInfo` believes them:
 * it reads zeros past the end of a truncated file and goes on for ever on an absurd count.)
 *
 * @throws HeaderProblem, or the file system's error
 */
export async function readHeader(path: string): Promise<GgufHeader> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await parseHeader(new HeaderReader(file, size))
  } finally {
    await file.close()
  }
}

async function parseHeader(reader: HeaderReader): Promise<GgufHeader> {
  await checkMagic(reader)
  const version = await reader.u32()
  if (version > 0xffff) {
    throw new HeaderProblem(
      'it is a GGUF file for big-endian machines',
      'Get the usual (little-endian) file.',
    )
  }
  if (version !== 2 && version !== 3) {
    throw new HeaderProblem(
      `it is GGUF version ${version}; versions 2 and 3 can be read`,
      'Convert the model again.',
    )
  }
  const tensorCount = await reader.count(maxTensors, 32, 'tensors')
  const entryCount = await reader.count(maxEntries, 13, 'metadata entries')
  const metadata = new Map<string, HeaderValue>()
  for (let index = 0; index < entryCount; index++) {
    const key = await reader.text(maxKeyBytes)
    metadata.set(key, await readValue(reader, await reader.u32(), key))
  }
  const tensors: TensorEntry[] = []
  for (let index = 0; index < tensorCount; index++) tensors.push(await readTensorEntry(reader))
  const alignment = alignmentOf(metadata)
  const dataOffset = Math.ceil(reader.position / alignment) * alignment
  return { fileBytes: reader.fileBytes, version, metadata, tensors, dataOffset }
}

async function checkMagic(reader: HeaderReader): Promise<void> {
  if (reader.fileBytes === 0) throw new HeaderProblem('the file is empty', 'Download or copy it again.')
  const start = await reader.peek(64)
  if (start.startsWith('GGUF')) return reader.skip(4)
  const kind = nameFormat(start)
  throw new HeaderProblem(
    kind === undefined ? 'it is not a GGUF file' : `it is not a GGUF file but ${kind.what}`,
    kind?.hint ?? 'Choose a .gguf file.',
  )
}

function nameFormat(start: string): { what: string; hint: string } | undefined {
  if (/^\s*<(!doctype|html)/i.test(start)) {
    return { what: 'a web page', hint: 'Download the file itself (on Hugging Face: the "resolve" link).' }
  }
  if (start.startsWith('version https://git-lfs')) {
    return { what: 'a Git LFS pointer', hint: 'Fetch the file itself with `git lfs pull`, or download it.' }
  }
  const convert = 'Convert it with llama.cpp’s convert_hf_to_gguf.py, or look for a GGUF of the model.'
  if (start.slice(8).startsWith('{"')) return { what: 'a safetensors file', hint: convert }
  if (start.startsWith('PK')) return { what: 'a zip or PyTorch file', hint: convert }
  if (/^(lmgg|fmgg|tjgg|algg)/.test(start)) {
    return { what: 'a GGML file from before GGUF', hint: 'Look for a GGUF of the model.' }
  }
  return undefined
}

const arrayType = 9
const textType = 8
/** Bytes of the fixed-size value types, by GGUF's numbers. */
const valueBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
])

async function readValue(reader: HeaderReader, type: number, key: string): Promise<HeaderValue> {
  if (type === textType) return readText(reader)
  if (type === arrayType) return readArray(reader, key)
  return reader.number(type, key)
}

async function readText(reader: HeaderReader): Promise<HeaderValue> {
  const length = await reader.length()
  if (length <= maxKeptTextBytes) return reader.rawText(length)
  reader.skip(length)
  return { length }
}

async function readArray(reader: HeaderReader, key: string): Promise<HeaderValue> {
  const type = await reader.u32()
  if (type === textType) {
    const length = await reader.count(maxTexts, 8, `texts in ${key}`)
    await reader.skipTexts(length)
    return { length }
  }
  const bytes = valueBytes.get(type)
  if (bytes === undefined) throw new HeaderProblem(`the metadata ${key} has an unknown type (${type})`)
  const length = await reader.count(Number.MAX_SAFE_INTEGER, bytes, `values in ${key}`)
  if (length > maxKeptNumbers) {
    reader.skip(length * bytes)
    return { length }
  }
  const values: number[] = []
  for (let index = 0; index < length; index++) values.push(Number(await reader.number(type, key)))
  return values
}

async function readTensorEntry(reader: HeaderReader): Promise<TensorEntry> {
  const name = await reader.text(maxKeyBytes)
  const dimensions = await reader.u32()
  if (dimensions > maxDimensions) {
    throw new HeaderProblem(`the tensor ${name} has ${dimensions} dimensions; at most 4 are possible`)
  }
  const shape: number[] = []
  for (let index = 0; index < dimensions; index++) shape.push(await reader.u64())
  return { name, shape, type: await reader.u32(), offset: await reader.u64() }
}

function alignmentOf(metadata: ReadonlyMap<string, HeaderValue>): number {
  const value = metadata.get('general.alignment') ?? 32
  if (typeof value === 'number' && Number.isInteger(Math.log2(value)) && value <= 2 ** 20) return value
  throw new HeaderProblem(`general.alignment is ${JSON.stringify(value)}; it must be a power of two`)
}

const chunkBytes = 2 ** 20

/** Little-endian values from a file, in order; never past its end. */
class HeaderReader {
  readonly fileBytes: number
  readonly #file: FileHandle
  #chunk: Buffer = Buffer.alloc(0)
  #chunkStart = 0
  #position = 0

  constructor(file: FileHandle, fileBytes: number) {
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

  async number(type: number, key: string): Promise<number | boolean> {
    const bytes = valueBytes.get(type)
    if (bytes === undefined) throw new HeaderProblem(`the metadata ${key} has an unknown type (${type})`)
    const at = await this.#take(bytes)
    const chunk = this.#chunk
    switch (type) {
      case 0:
        return chunk.readUInt8(at)
      case 1:
        return chunk.readInt8(at)
      case 2:
        return chunk.readUInt16LE(at)
      case 3:
        return chunk.readInt16LE(at)
      case 4:
        return chunk.readUInt32LE(at)
      case 5:
        return chunk.readInt32LE(at)
      case 6:
        return chunk.readFloatLE(at)
      case 7:
        return chunk.readUInt8(at) !== 0
      case 10:
        return Number(chunk.readBigUInt64LE(at))
      case 11:
        return Number(chunk.readBigInt64LE(at))
      default:
        return chunk.readDoubleLE(at)
    }
  }

  /** A number of things of at least `bytesEach` that must fit into the rest of the file. */
  async count(limit: number, bytesEach: number, what: string): Promise<number> {
    const count = await this.u64()
    const possible = Math.min(limit, Math.floor((this.fileBytes - this.#position) / bytesEach))
    if (count > possible) {
      throw new HeaderProblem(`its header tells of ${count} ${what}, more than can be in the file`)
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

  async text(limit: number): Promise<string> {
    const length = await this.count(limit, 1, 'bytes in a name')
    return this.rawText(length)
  }

  async rawText(length: number): Promise<string> {
    const at = await this.#take(length)
    return this.#chunk.toString('utf8', at, at + length)
  }

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
    const chunk = Buffer.allocUnsafe(wanted)
    let done = 0
    while (done < wanted) {
      const { bytesRead } = await this.#file.read(chunk, done, wanted - done, start + done)
      if (bytesRead === 0) throw new HeaderProblem('it became shorter while it was read')
      done += bytesRead
    }
    this.#chunk = chunk
    this.#chunkStart = start
  }

  #checkPosition(): void {
    if (this.#position > this.fileBytes) {
      throw new HeaderProblem('it ends in the middle of its header', 'Download or copy it again.')
    }
    if (this.#position > maxHeaderBytes) {
      throw new HeaderProblem(`its header is longer than ${maxHeaderBytes / 2 ** 20} MiB`)
    }
  }
}
