import { appendFileSync, closeSync, openSync, renameSync } from 'node:fs'
import { tensorTypes } from '../quantize.ts'
import type { TensorType } from '../quantize.ts'

/** Metadata values as GGUF types them. */
export type GgufValue =
  | { u32: number }
  | { i32: number }
  | { f32: number }
  | { bool: boolean }
  | { text: string }
  | { texts: readonly string[] }
  | { i32s: readonly number[] }
  | { f32s: readonly number[] }
  | { u32s: readonly number[] }
  | { u64s: readonly number[] }

export interface GgufTensor {
  name: string
  type: TensorType | 'I32'
  /** Dimensions as ggml orders them: the row length first. */
  shape: readonly number[]
  bytes: number
  /** Called once, when its place in the file is reached. */
  data(): Uint8Array
}

const alignment = 32
const valueTypes = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, array: 9, u64: 10 }

/** Writes a GGUF v3 file beside `path` and renames it there: an mmapped file must never change under its reader. */
export function writeGguf(
  path: string,
  metadata: Record<string, GgufValue>,
  tensors: readonly GgufTensor[],
): void {
  const temporary = `${path}.${process.pid}.tmp`
  const file = openSync(temporary, 'w')
  try {
    const header = encodeHeader(metadata, tensors)
    appendFileSync(file, padded(header))
    for (const tensor of tensors) appendFileSync(file, padded(tensor.data()))
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

function padded(data: Uint8Array): Uint8Array {
  const size = align(data.byteLength)
  if (size === data.byteLength) return data
  const result = new Uint8Array(size)
  result.set(data)
  return result
}

const align = (size: number): number => Math.ceil(size / alignment) * alignment

function encodeHeader(metadata: Record<string, GgufValue>, tensors: readonly GgufTensor[]): Uint8Array {
  const out = new ByteWriter()
  const entries = Object.entries(metadata)
  out.raw(Buffer.from('GGUF')).u32(3).u64(tensors.length).u64(entries.length)
  for (const [key, value] of entries) encodeValue(out.text(key), value)
  let offset = 0
  for (const tensor of tensors) {
    out.text(tensor.name).u32(tensor.shape.length)
    for (const size of tensor.shape) out.u64(size)
    out.u32(tensor.type === 'I32' ? 26 : tensorTypes[tensor.type]).u64(offset)
    offset += align(tensor.bytes)
  }
  return out.done()
}

function encodeValue(out: ByteWriter, value: GgufValue): void {
  if ('u32' in value) out.u32(valueTypes.u32).u32(value.u32)
  else if ('i32' in value) out.u32(valueTypes.i32).u32(value.i32 >>> 0)
  else if ('f32' in value) out.u32(valueTypes.f32).f32(value.f32)
  else if ('bool' in value) out.u32(valueTypes.bool).raw(Uint8Array.of(value.bool ? 1 : 0))
  else if ('text' in value) out.u32(valueTypes.text).text(value.text)
  else if ('texts' in value) {
    out.u32(valueTypes.array).u32(valueTypes.text).u64(value.texts.length)
    for (const text of value.texts) out.text(text)
  } else if ('i32s' in value) encodeNumbers(out, 'i32', Int32Array.from(value.i32s))
  else if ('u32s' in value) encodeNumbers(out, 'u32', Uint32Array.from(value.u32s))
  else if ('u64s' in value) encodeNumbers(out, 'u64', BigUint64Array.from(value.u64s, BigInt))
  else encodeNumbers(out, 'f32', Float32Array.from(value.f32s))
}

function encodeNumbers(
  out: ByteWriter,
  type: keyof typeof valueTypes,
  values: Int32Array | Uint32Array | BigUint64Array | Float32Array,
): void {
  out.u32(valueTypes.array).u32(valueTypes[type]).u64(values.length)
  out.raw(new Uint8Array(values.buffer))
}

/** Little-endian bytes, appended. */
class ByteWriter {
  readonly #parts: Uint8Array[] = []

  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }

  u32(value: number): this {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return this.raw(bytes)
  }

  u64(value: number): this {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    return this.raw(bytes)
  }

  f32(value: number): this {
    const bytes = Buffer.alloc(4)
    bytes.writeFloatLE(value)
    return this.raw(bytes)
  }

  text(value: string): this {
    const bytes = Buffer.from(value)
    return this.u64(bytes.byteLength).raw(bytes)
  }

  done(): Uint8Array {
    return Buffer.concat(this.#parts)
  }
}
