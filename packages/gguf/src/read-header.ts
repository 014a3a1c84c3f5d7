import { open } from 'node:fs/promises'
import { ByteReader } from './byte-reader.ts'
import { GgufError } from './gguf-error.ts'

/** Bounds on a header, far above any published model, so that a broken or hostile file fails fast. */
export const headerLimits = {
  entries: 65_536,
  /** A chat template is some 10 KiB; a vocabulary's texts are read past, not kept. */
  textBytes: 16_777_216,
  /** Vocabularies reach 262,144 tokens, merges twice that. */
  arrayLength: 16_777_216,
  tensors: 1_000_000,
  dimensions: 4,
} as const

/** Numbers beyond 2⁵³ are bigints; of an array only its length is kept. */
export type MetadataValue = string | number | bigint | boolean | { length: number }

export interface TensorInfo {
  name: string
  /** Elements along each dimension, fastest first. */
  shape: number[]
  /** Number of the ggml type: 0 F32, 1 F16, … */
  type: number
}

/** What a GGUF file says of itself, its tensors' data not read. */
export interface GgufHeader {
  version: number
  metadata: Record<string, MetadataValue>
  tensors: TensorInfo[]
  fileBytes: number
}

/**
 * Reads the header of a GGUF file (versions 2 and 3, little-endian).
 * @throws GgufError model-unreadable; file system errors as they are
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    return await parseHeader(new ByteReader(file, size), size)
  } finally {
    await file.close()
  }
}

async function parseHeader(reader: ByteReader, fileBytes: number): Promise<GgufHeader> {
  if (fileBytes < 24) throw new GgufError(`It is no GGUF file: only ${fileBytes} bytes long.`)
  const magic = (await reader.bytes(4)).toString('latin1')
  if (magic !== 'GGUF') throw new GgufError('It is no GGUF file: it does not begin with “GGUF”.')
  const version = await reader.uint32()
  if (version !== 2 && version !== 3)
    throw new GgufError(`It is GGUF version ${version}; 2 and 3 can be read.`)
  const tensorCount = atMost(await reader.uint64(), headerLimits.tensors, 'tensors')
  const entryCount = atMost(await reader.uint64(), headerLimits.entries, 'metadata entries')
  const metadata = await readMetadata(reader, entryCount)
  const tensors = await readTensors(reader, tensorCount)
  return { version, metadata, tensors, fileBytes }
}

async function readMetadata(reader: ByteReader, count: number): Promise<Record<string, MetadataValue>> {
  const metadata = Object.create(null) as Record<string, MetadataValue>
  for (let i = 0; i < count; i++) {
    const key = await reader.text(headerLimits.textBytes)
    metadata[key] = await readValue(reader, await reader.uint32())
  }
  return metadata
}

async function readTensors(reader: ByteReader, count: number): Promise<TensorInfo[]> {
  const tensors: TensorInfo[] = []
  for (let i = 0; i < count; i++) {
    const name = await reader.text(headerLimits.textBytes)
    const dimensions = atMost(await reader.uint32(), headerLimits.dimensions, 'dimensions')
    const shape: number[] = []
    for (let d = 0; d < dimensions; d++) shape.push(await reader.uint64())
    const type = await reader.uint32()
    await reader.skip(8) // where its data begin
    tensors.push({ name, shape, type })
  }
  return tensors
}

const textType = 8
const arrayType = 9

const scalars: Record<number, { bytes: number; read: (bytes: Buffer) => MetadataValue }> = {
  0: { bytes: 1, read: (bytes) => bytes.readUInt8() },
  1: { bytes: 1, read: (bytes) => bytes.readInt8() },
  2: { bytes: 2, read: (bytes) => bytes.readUInt16LE() },
  3: { bytes: 2, read: (bytes) => bytes.readInt16LE() },
  4: { bytes: 4, read: (bytes) => bytes.readUInt32LE() },
  5: { bytes: 4, read: (bytes) => bytes.readInt32LE() },
  6: { bytes: 4, read: (bytes) => bytes.readFloatLE() },
  7: { bytes: 1, read: (bytes) => bytes.readUInt8() !== 0 },
  10: { bytes: 8, read: (bytes) => exact(bytes.readBigUInt64LE()) },
  11: { bytes: 8, read: (bytes) => exact(bytes.readBigInt64LE()) },
  12: { bytes: 8, read: (bytes) => bytes.readDoubleLE() },
}

async function readValue(reader: ByteReader, type: number): Promise<MetadataValue> {
  if (type === textType) return reader.text(headerLimits.textBytes)
  if (type === arrayType) return skipArray(reader)
  const scalar = scalars[type] ?? unknownType(type)
  return scalar.read(await reader.bytes(scalar.bytes))
}

async function skipArray(reader: ByteReader): Promise<{ length: number }> {
  const type = await reader.uint32()
  const length = atMost(await reader.uint64(), headerLimits.arrayLength, 'array items')
  if (type === textType) for (let i = 0; i < length; i++) await reader.skipText(headerLimits.textBytes)
  else await reader.skip(length * (scalars[type] ?? unknownType(type)).bytes)
  return { length }
}

function exact(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

function atMost(count: number, limit: number, what: string): number {
  if (count > limit) throw new GgufError(`Its header counts ${count} ${what}; at most ${limit} are read.`)
  return count
}

function unknownType(type: number): never {
  throw new GgufError(`Its header holds a value of unknown type ${type}.`)
}
