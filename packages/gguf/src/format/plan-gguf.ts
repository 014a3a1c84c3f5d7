import { encodeText, encodeValue, valueNumber } from './encode-value.ts'
import { GgufError } from './gguf-error.ts'
import { headerLimits, maxTensorNameBytes } from './limits.ts'
import { measureShape, type MeasuredTensor } from './measure-tensors.ts'
import type { GgufValue } from './value-types.ts'

/** A file to be written. */
export interface GgufPlan {
  metadata: ReadonlyMap<string, GgufValue>
  tensors: readonly { name: string; shape: readonly number[]; type: number }[]
  /** A power of two; 32 where absent. Written to `general.alignment` where it is another. */
  alignment?: number
}

/** Where everything will lie. */
export interface GgufLayout {
  header: Uint8Array
  tensors: readonly MeasuredTensor[]
  fileBytes: number
}

const defaultAlignment = 32

/**
 * Lays out a GGUF v3 file, so that its size is known before anything is written.
 * @throws GgufError where llama.cpp could not read it: names too long or twice, rows that are not whole blocks
 */
export function planGguf({ metadata, tensors, alignment = defaultAlignment }: GgufPlan): GgufLayout {
  checkPlan(metadata, tensors, alignment)
  const entries = new Map(metadata)
  if (alignment === defaultAlignment) entries.delete('general.alignment')
  else entries.set('general.alignment', { type: 'u32', value: alignment })

  const align = (size: number): number => Math.ceil(size / alignment) * alignment
  const front = encodeMetadata(entries, tensors.length)
  const sizes = tensors.map(({ name, shape, type }) => measureShape(name, shape, type))
  const tableBytes = tensors.reduce((sum, { name, shape }) => sum + entryBytes(name, shape), 0)
  const dataStart = align(front.length + tableBytes)
  const placed: MeasuredTensor[] = []
  let start = dataStart
  for (const [index, size] of sizes.entries()) {
    placed.push({ ...tensors[index]!, ...size, start })
    start += align(size.bytes)
  }
  const header = Buffer.alloc(dataStart)
  Buffer.concat([front, ...placed.map((tensor) => encodeEntry(tensor, dataStart))]).copy(header)
  return { header, tensors: placed, fileBytes: start }
}

function checkPlan(metadata: GgufPlan['metadata'], tensors: GgufPlan['tensors'], alignment: number): void {
  if (!Number.isInteger(Math.log2(alignment)) || alignment > headerLimits.alignment) {
    throw new GgufError(`an alignment of ${alignment} is not a power of two`)
  }
  for (const key of metadata.keys()) {
    if (key === '' || Buffer.byteLength(key) > headerLimits.keyBytes) {
      throw new GgufError(`a metadata key of ${Buffer.byteLength(key)} bytes cannot be written`)
    }
  }
  const names = new Set<string>()
  for (const { name } of tensors) {
    if (Buffer.byteLength(name) > maxTensorNameBytes) {
      throw new GgufError(`the tensor name ${name} is longer than ${maxTensorNameBytes} bytes`)
    }
    if (names.has(name)) throw new GgufError(`two tensors are called ${name}`)
    names.add(name)
  }
}

function encodeMetadata(metadata: ReadonlyMap<string, GgufValue>, tensorCount: number): Buffer {
  const front = Buffer.alloc(24)
  front.write('GGUF')
  front.writeUInt32LE(3, 4)
  front.writeBigUInt64LE(BigInt(tensorCount), 8)
  front.writeBigUInt64LE(BigInt(metadata.size), 16)
  const entries = [...metadata].flatMap(([key, value]) => {
    const type = Buffer.alloc(4)
    type.writeUInt32LE(valueNumber(value))
    return [encodeText(key), type, encodeValue(value)]
  })
  return Buffer.concat([front, ...entries])
}

function entryBytes(name: string, shape: readonly number[]): number {
  return 8 + Buffer.byteLength(name) + 4 + shape.length * 8 + 4 + 8
}

function encodeEntry({ name, shape, type, start }: MeasuredTensor, dataStart: number): Buffer {
  const fields = Buffer.alloc(4 + shape.length * 8 + 12)
  let at = fields.writeUInt32LE(shape.length, 0)
  for (const size of shape) at = fields.writeBigUInt64LE(BigInt(size), at)
  at = fields.writeUInt32LE(type, at)
  fields.writeBigUInt64LE(BigInt(start - dataStart), at)
  return Buffer.concat([encodeText(name), fields])
}
