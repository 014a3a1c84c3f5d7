import koffi from 'koffi'
import type { TypeObject } from 'koffi'
import type { CApi } from './c-api.ts'

/** `enum ggml_type` of the types weights are commonly stored in. */
export const tensorTypes = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q2_K: 10,
  Q3_K: 11,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  IQ4_NL: 20,
  IQ4_XS: 23,
  BF16: 30,
} as const
export type TensorType = keyof typeof tensorTypes

/** Bytes that a row of `length` elements takes. `length` must be a multiple of the type's block. */
export function rowBytes(api: CApi, type: TensorType, length: number): number {
  checkRowLength(api, type, length)
  return Number(api.ggml_row_size(tensorTypes[type], length))
}

/**
 * Rows of 32-bit floats, one after another, as `type` stores them.
 * @throws RangeError where the rows do not divide into whole blocks
 */
export function quantizeRows(
  api: CApi,
  type: TensorType,
  values: Float32Array,
  rowLength: number,
): Uint8Array {
  const rows = countRows(api, type, values.length, rowLength)
  const target = new Uint8Array(new ArrayBuffer(rows * rowBytes(api, type, rowLength)))
  if (rows > 0) api.ggml_quantize_chunk(tensorTypes[type], values, target, 0, rows, rowLength, null)
  return target
}

/**
 * The inverse of `quantizeRows`, up to what the type lost.
 * @throws RangeError where `data` is not whole rows
 */
export function dequantizeRows(
  api: CApi,
  type: TensorType,
  data: Uint8Array,
  rowLength: number,
): Float32Array {
  const bytes = rowBytes(api, type, rowLength)
  if (data.byteLength % bytes !== 0) {
    throw new RangeError(`${data.byteLength} bytes are not whole ${type} rows of ${bytes} bytes`)
  }
  const values = new Float32Array(new ArrayBuffer((data.byteLength / bytes) * rowLength * 4))
  if (type === 'F32') {
    new Uint8Array(values.buffer).set(data)
  } else {
    readConverter(api, type)(data, values, values.length)
  }
  return values
}

type Converter = (source: Uint8Array, target: Float32Array, count: number) => void

const converterType = koffi.proto('void', ['void *', 'void *', 'int64_t'])
/** `struct ggml_type_traits` up to the function pointer wanted; the header check covers it. */
export const typeTraits: TypeObject = koffi.struct({
  type_name: 'void *',
  blck_size: 'int64_t',
  blck_size_interleave: 'int64_t',
  type_size: 'size_t',
  is_quantized: 'bool',
  to_float: 'void *',
})

function readConverter(api: CApi, type: TensorType): Converter {
  const traits = koffi.decode(api.ggml_get_type_traits(tensorTypes[type]), typeTraits) as { to_float: bigint }
  return koffi.decode(traits.to_float, converterType) as Converter
}

function countRows(api: CApi, type: TensorType, length: number, rowLength: number): number {
  checkRowLength(api, type, rowLength)
  if (length % rowLength !== 0) throw new RangeError(`${length} values are not whole rows of ${rowLength}`)
  return length / rowLength
}

function checkRowLength(api: CApi, type: TensorType, length: number): void {
  const block = Number(api.ggml_blck_size(tensorTypes[type]))
  if (length > 0 && Number.isInteger(length) && length % block === 0) return
  throw new RangeError(`A ${type} row holds a positive multiple of ${block} elements, not ${length}`)
}
