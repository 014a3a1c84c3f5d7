import { open, type FileHandle } from 'node:fs/promises'
import { GgufError } from './gguf-error.ts'
import { HeaderReader, type ByteSource } from './header-reader.ts'
import { headerLimits } from './limits.ts'
import { arrayType, fixedType, textType, valueTypes, type FixedType } from './value-types.ts'

/** A metadata value in brief. Texts over `headerLimits.textBytes`, arrays of text and long ones are only counted. */
export type HeaderValue = number | boolean | string | number[] | { length: number }

export interface TensorEntry {
  name: string
  /** Row length first, as ggml orders them. */
  shape: number[]
  /** Number of the ggml type: see `ggmlTypes`. */
  type: number
  /** Bytes from the start of the tensor data. */
  offset: number
}

/** What a GGUF file says of itself, its tensors' data not read. */
export interface GgufHeader {
  fileBytes: number
  version: number
  metadata: Map<string, HeaderValue>
  /** Where in the file each metadata value lies, for reading or copying it whole. */
  places: Map<string, ValuePlace>
  tensors: TensorEntry[]
  /** Bytes that tensors begin at multiples of. */
  alignment: number
  /** Where the tensor data begins. */
  dataOffset: number
}

export interface ValuePlace {
  /** GGUF's number of the value's type. */
  type: number
  start: number
  end: number
}

/**
 * Reads the header of a GGUF file (versions 2 and 3, little-endian): metadata and tensor table, nothing of the
 * tensors. Every count and length is held against the size of the file before it is believed. (node-llama-cpp's
 * `readGgufFileInfo` believes them: it reads zeros past the end of a truncated file and goes on for ever on an
 * absurd count.)
 *
 * @throws GgufError, or the file system's error
 */
export async function readHeader(path: string): Promise<GgufHeader> {
  const file = await open(path, 'r')
  try {
    return await readHeaderOf(file)
  } finally {
    await file.close()
  }
}

/** As `readHeader`, of a file that is open. */
export async function readHeaderOf(file: FileHandle): Promise<GgufHeader> {
  const { size } = await file.stat()
  const reader = new HeaderReader(file, size)
  await checkMagic(reader)
  const version = checkVersion(await reader.u32())
  const tensorCount = await reader.count(headerLimits.tensors, 32, 'tensors')
  const entryCount = await reader.count(headerLimits.entries, 13, 'metadata entries')
  const { metadata, places } = await readMetadata(reader, entryCount)
  const tensors: TensorEntry[] = []
  for (let index = 0; index < tensorCount; index++) tensors.push(await readTensorEntry(reader))
  const alignment = alignmentOf(metadata)
  const dataOffset = Math.ceil(reader.position / alignment) * alignment
  return { fileBytes: size, version, metadata, places, tensors, alignment, dataOffset }
}

/**
 * One text of a GGUF file's metadata, from as much of the file as there is.
 * @param start the first bytes of the file
 * @returns undefined where it does not hold that text, or not within `start`
 * @throws GgufError where it is no GGUF file
 */
export async function readTextOf(start: Uint8Array, wanted: string): Promise<string | undefined> {
  const reader = new HeaderReader(sourceOf(start), start.length)
  await checkMagic(reader)
  checkVersion(await reader.u32())
  await reader.u64()
  const entries = await reader.u64()
  try {
    for (let index = 0; index < Math.min(entries, headerLimits.entries); index++) {
      const key = await reader.text(headerLimits.keyBytes)
      const type = await reader.u32()
      const value = await readValue(reader, type, key)
      if (key === wanted) return typeof value === 'string' ? value : undefined
    }
  } catch (error) {
    // The rest of the header is not in `start`.
    if (!(error instanceof GgufError)) throw error
  }
  return undefined
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    read(target, offset, length, position) {
      const part = bytes.subarray(position, position + length)
      target.set(part, offset)
      return Promise.resolve({ bytesRead: part.length })
    },
  }
}

async function checkMagic(reader: HeaderReader): Promise<void> {
  if (reader.fileBytes === 0) throw new GgufError('the file is empty', { hint: 'Download or copy it again.' })
  const start = await reader.peek(64)
  if (start.startsWith('GGUF')) return reader.skip(4)
  const kind = nameFormat(start)
  throw new GgufError(
    kind === undefined ? 'it is not a GGUF file' : `it is not a GGUF file but ${kind.what}`,
    { hint: kind?.hint ?? 'Choose a .gguf file.' },
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
  if (start.slice(8).startsWith('{"')) {
    const hint =
      'Name its folder: that of a model in the node “Checkpoint”, that of a PEFT adapter in “LoRA”.'
    return { what: 'a safetensors file', hint }
  }
  if (start.startsWith('PK')) return { what: 'a zip or PyTorch file', hint: convert }
  if (/^(lmgg|fmgg|tjgg|algg)/.test(start)) {
    return { what: 'a GGML file from before GGUF', hint: 'Look for a GGUF of the model.' }
  }
  return undefined
}

function checkVersion(version: number): number {
  if (version === 2 || version === 3) return version
  if (version > 0xffff) {
    throw new GgufError('it is a GGUF file for big-endian machines', {
      hint: 'Get the usual (little-endian) file.',
    })
  }
  throw new GgufError(`it is GGUF version ${version}; versions 2 and 3 can be read`, {
    hint: 'Convert the model again.',
  })
}

async function readMetadata(
  reader: HeaderReader,
  count: number,
): Promise<Pick<GgufHeader, 'metadata' | 'places'>> {
  const metadata = new Map<string, HeaderValue>()
  const places = new Map<string, ValuePlace>()
  for (let index = 0; index < count; index++) {
    const key = await reader.text(headerLimits.keyBytes)
    if (metadata.has(key)) throw new GgufError(`its header holds ${key} twice`)
    const type = await reader.u32()
    const start = reader.position
    metadata.set(key, await readValue(reader, type, key))
    places.set(key, { type, start, end: reader.position })
  }
  return { metadata, places }
}

async function readValue(reader: HeaderReader, type: number, key: string): Promise<HeaderValue> {
  if (type === textType) return readText(reader)
  if (type === arrayType) return readArray(reader, key)
  return readPlain(reader, fixedType(type) ?? unknownType(type, key))
}

async function readText(reader: HeaderReader): Promise<HeaderValue> {
  const length = await reader.length()
  if (length <= headerLimits.textBytes) return reader.rawText(length)
  reader.skip(length)
  return { length }
}

async function readArray(reader: HeaderReader, key: string): Promise<HeaderValue> {
  const number = await reader.u32()
  if (number === textType) {
    const length = await reader.count(headerLimits.texts, 8, `texts in ${key}`)
    await reader.skipTexts(length)
    return { length }
  }
  // Arrays of arrays are in the format's text, but llama.cpp does not read them either.
  const type = fixedType(number) ?? unknownType(number, key)
  const { bytes } = valueTypes[type]
  const length = await reader.count(Number.MAX_SAFE_INTEGER, bytes, `values in ${key}`)
  if (length > headerLimits.keptNumbers) {
    reader.skip(length * bytes)
    return { length }
  }
  const values: number[] = []
  for (let index = 0; index < length; index++) values.push(Number(await reader.fixed(type)))
  return values
}

async function readPlain(reader: HeaderReader, type: FixedType): Promise<number | boolean> {
  const value = await reader.fixed(type)
  return typeof value === 'bigint' ? Number(value) : value
}

function unknownType(type: number, key: string): never {
  throw new GgufError(`the metadata ${key} has an unknown type (${type})`)
}

async function readTensorEntry(reader: HeaderReader): Promise<TensorEntry> {
  const name = await reader.text(headerLimits.keyBytes)
  const dimensions = await reader.u32()
  if (dimensions > headerLimits.dimensions) {
    throw new GgufError(`the tensor ${name} has ${dimensions} dimensions; at most 4 are possible`)
  }
  const shape: number[] = []
  for (let index = 0; index < dimensions; index++) shape.push(await reader.u64())
  return { name, shape, type: await reader.u32(), offset: await reader.u64() }
}

function alignmentOf(metadata: ReadonlyMap<string, HeaderValue>): number {
  const value = metadata.get('general.alignment') ?? 32
  if (typeof value === 'number' && Number.isInteger(Math.log2(value)) && value <= headerLimits.alignment) {
    return value
  }
  throw new GgufError(`general.alignment is ${JSON.stringify(value)}; it must be a power of two`)
}
