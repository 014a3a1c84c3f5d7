import { beforeAll, expect, test } from 'vitest'
import type { CApi } from './c-api.ts'
import { loadNative } from './load-native.ts'
import { dequantizeRows, quantizeRows, rowBytes, tensorTypes } from './quantize.ts'
import type { TensorType } from './quantize.ts'
import { randomValues } from './testing/index.ts'

let api: CApi
beforeAll(async () => {
  api = (await loadNative()).api
})

/**
 * What only measurements of a text make a good choice of: a block of bytes 11, 48, 85 … behind a scale of 1, as
 * llama.cpp's Python package reads it (its first numbers and their sum).
 */
const byImportance = {
  IQ2_XXS: { first: [-59.125, 59.125, 34.375, -34.375, 34.375, -11], sum: 763.75 },
  IQ2_XS: { first: [-11, 34.375, -11, -59.125, -11, -34.375], sum: 1490.5 },
  IQ2_S: { first: [-145.125, 84.375, -27, 27, -27, -145.125], sum: -800.625 },
  IQ3_XXS: { first: [-13, 9, -7, 3, -15.5, 7], sum: -684 },
  IQ1_S: { first: [-2.625, 0.375, 3.375, 3.375, 3.375, 0.375], sum: 20 },
  // Its scale is spread over the block.
  IQ1_M: { first: [52920, -370440, 52920, 52920, -370440, 52920], sum: -2479680 },
} as const
type ByImportance = keyof typeof byImportance

/** Largest error of one value, relative to the largest value of its row, that each type is allowed. */
const tolerance: Record<Exclude<TensorType, ByImportance>, number> = {
  F32: 0,
  F16: 0.0005,
  BF16: 0.004,
  Q8_0: 0.005,
  Q6_K: 0.03,
  Q5_0: 0.0625,
  Q5_1: 0.05,
  Q5_K: 0.05,
  Q4_0: 0.125,
  Q4_1: 0.1,
  Q4_K: 0.1,
  IQ4_NL: 0.13,
  IQ4_XS: 0.13,
  Q3_K: 0.27,
  Q2_K: 0.4,
  MXFP4: 0.2,
  NVFP4: 0.2,
  IQ3_S: 0.35,
  Q2_0: 0.6,
  TQ1_0: 0.6,
  TQ2_0: 0.6,
  Q1_0: 1,
}

test('every type of weights has been tried', () => {
  expect([...Object.keys(tolerance), ...Object.keys(byImportance)].toSorted()).toEqual(
    Object.keys(tensorTypes).toSorted(),
  )
})

test.each(Object.keys(byImportance) as ByImportance[])(
  '%s is read as it was meant, and refused where it is to be written without measurements',
  (type) => {
    const data = Uint8Array.from({ length: rowBytes(api, type, 256) }, (_, index) => (index * 37 + 11) % 256)
    if (type !== 'IQ1_M') data.set([0, 0x3c])
    const values = dequantizeRows(api, type, data, 256)
    const sum = values.reduce((total, value) => total + value, 0)
    expect({ first: [...values.subarray(0, 6)], sum }).toEqual(byImportance[type])
    expect(() => quantizeRows(api, type, values, 256)).toThrow(
      new RangeError(`${type} cannot be written without an importance matrix`),
    )
  },
)

test.each(Object.keys(tolerance) as (keyof typeof tolerance)[])(
  '%s rows come back within what the type can hold',
  (type) => {
    const values = randomValues(7, 4 * 512, 1)
    const data = quantizeRows(api, type, values, 512)
    const back = dequantizeRows(api, type, data, 512)
    const largest = Math.max(...values.map(Math.abs))
    const error = Math.max(...values.map((value, index) => Math.abs(value - back[index]!))) / largest
    expect(data.byteLength).toBe(4 * rowBytes(api, type, 512))
    expect(error).toBeLessThanOrEqual(tolerance[type])
  },
)

test('an F16 value is the nearest half-precision float', () => {
  const data = quantizeRows(api, 'F16', Float32Array.of(1, -2, 0.1), 3)
  expect([...new Uint16Array(data.buffer)]).toEqual([0x3c00, 0xc000, 0x2e66])
})

test('a Q8_0 block is a half-precision scale and 32 whole numbers', () => {
  const values = Float32Array.from({ length: 32 }, (_, index) => index - 15)
  const data = quantizeRows(api, 'Q8_0', values, 32)
  expect(data.byteLength).toBe(34)
  const scale = 16 / 127
  const numbers = [...new Int8Array(data.buffer, 2)]
  const roundAwayFromZero = (value: number): number => Math.sign(value) * Math.round(Math.abs(value))
  expect(numbers).toEqual([...values].map((value) => roundAwayFromZero(value / scale) + 0))
})

test('rows that are not whole blocks are refused with the numbers', () => {
  expect(() => quantizeRows(api, 'Q8_0', new Float32Array(33), 33)).toThrow(
    new RangeError('A Q8_0 row holds a positive multiple of 32 elements, not 33'),
  )
  expect(() => quantizeRows(api, 'F16', new Float32Array(10), 4)).toThrow(
    new RangeError('10 values are not whole rows of 4'),
  )
  expect(() => dequantizeRows(api, 'Q8_0', new Uint8Array(33), 32)).toThrow(
    new RangeError('33 bytes are not whole Q8_0 rows of 34 bytes'),
  )
  expect(() => quantizeRows(api, 'F32', new Float32Array(4), 0)).toThrow(RangeError)
})

test('no rows are no bytes', () => {
  expect(quantizeRows(api, 'Q4_K', new Float32Array(0), 256)).toEqual(new Uint8Array(0))
})
