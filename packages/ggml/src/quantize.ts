import koffi from 'koffi'
import type { TypeObject } from 'koffi'
import type { QuantizerApi } from './load-quantizer.ts'

/** `enum ggml_type` of the types that ggml reads as 32-bit floats. */
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
  IQ2_XXS: 16,
  IQ2_XS: 17,
  IQ3_XXS: 18,
  IQ1_S: 19,
  IQ4_NL: 20,
  IQ3_S: 21,
  IQ2_S: 22,
  IQ4_XS: 23,
  IQ1_M: 29,
  BF16: 30,
  TQ1_0: 34,
  TQ2_0: 35,
  MXFP4: 39,
  NVFP4: 40,
  Q1_0: 41,
  Q2_0: 42,
} as const
export type TensorType = keyof typeof tensorTypes

/**
 * What llama-quantize does not write without measurements of a text, as it comes out ruined. ggml ends the process over
 * some of them.
 */
const needsImportance: ReadonlySet<TensorType> = new Set([
  'IQ3_XXS',
  'IQ2_XXS',
  'IQ2_XS',
  'IQ2_S',
  'IQ1_M',
  'IQ1_S',
])

/** Bytes that a row of `length` elements takes. `length` must be a multiple of the type's block. */
export function rowBytes(api: QuantizerApi, type: TensorType, length: number): number {
  checkRowLength(api, type, length)
  return Number(api.ggml_row_size(tensorTypes[type], length))
}

/**
 * Rows of 32-bit floats, one after another, as `type` stores them; in `target` where it is given.
 * @throws RangeError where the rows do not divide into whole blocks, `target` is of another size, or the type needs an
 * importance matrix
 */
export function quantizeRows(
  api: QuantizerApi,
  type: TensorType,
  values: Float32Array,
  rowLength: number,
  target?: Uint8Array,
): Uint8Array {
  if (needsImportance.has(type))
    throw new RangeError(`${type} cannot be written without an importance matrix`)
  const rows = countRows(api, type, values.length, rowLength)
  const bytes = rows * rowBytes(api, type, rowLength)
  target ??= new Uint8Array(new ArrayBuffer(bytes))
  if (target.length !== bytes)
    throw new RangeError(`${rows} ${type} rows are ${bytes} bytes, not ${target.length}`)
  if (rows > 0) api.ggml_quantize_chunk(tensorTypes[type], values, target, 0, rows, rowLength, null)
  return target
}

/**
 * The inverse of `quantizeRows`, up to what the type lost; in `target` where it is given.
 * @throws RangeError where `data` is not whole rows, or `target` is of another size
 */
export function dequantizeRows(
  api: QuantizerApi,
  type: TensorType,
  data: Uint8Array,
  rowLength: number,
  target?: Float32Array,
): Float32Array {
  const bytes = rowBytes(api, type, rowLength)
  if (data.byteLength % bytes !== 0) {
    throw new RangeError(`${data.byteLength} bytes are not whole ${type} rows of ${bytes} bytes`)
  }
  const count = (data.byteLength / bytes) * rowLength
  const values = target ?? new Float32Array(new ArrayBuffer(count * 4))
  if (values.length !== count) throw new RangeError(`These rows hold ${count} values, not ${values.length}`)
  if (type === 'F32') {
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(data)
  } else {
    readConverter(api, type)(data, values, values.length)
  }
  return values
}

const converters = new Map<TensorType, Converter>()
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

function readConverter(api: QuantizerApi, type: TensorType): Converter {
  const known = converters.get(type)
  if (known !== undefined) return known
  const traits = koffi.decode(api.ggml_get_type_traits(tensorTypes[type]), typeTraits) as { to_float: bigint }
  const converter = koffi.decode(traits.to_float, converterType) as Converter
  converters.set(type, converter)
  return converter
}

function countRows(api: QuantizerApi, type: TensorType, length: number, rowLength: number): number {
  checkRowLength(api, type, rowLength)
  if (length % rowLength !== 0) throw new RangeError(`${length} values are not whole rows of ${rowLength}`)
  return length / rowLength
}

function checkRowLength(api: QuantizerApi, type: TensorType, length: number): void {
  const block = Number(api.ggml_blck_size(tensorTypes[type]))
  if (length > 0 && Number.isInteger(length) && length % block === 0) return
  throw new RangeError(`A ${type} row holds a positive multiple of ${block} elements, not ${length}`)
}
