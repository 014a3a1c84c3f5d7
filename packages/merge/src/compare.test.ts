import { expect, test } from 'vitest'
import { TensorComparison, type Likeness } from './compare.ts'
import { randomValues } from './testing/random-values.ts'

function compare(first: Float32Array, second: Float32Array, step = Infinity): Likeness {
  const comparison = new TensorComparison()
  for (let start = 0; start < first.length; start += step) {
    comparison.see(first.subarray(start, start + step), second.subarray(start, start + step))
  }
  return comparison.likeness
}

const x = randomValues(1, 1000)

test('a tensor is like itself, and unlike its opposite', () => {
  expect(compare(x, x)).toEqual({ cosine: 1, relativeDifference: 0, signAgreement: 1, largestDifference: 0 })
  const opposite = compare(x, x.map((value) => -value)) // prettier-ignore
  expect(opposite).toEqual({
    cosine: -1,
    relativeDifference: 2,
    signAgreement: 0,
    largestDifference: 2 * Math.max(...x.map(Math.abs)),
  })
})

test('figures are those of their definitions, in chunks of any size', () => {
  const first = Float32Array.of(3, 0, -4, 0)
  const second = Float32Array.of(3, 4, 0, 0)
  const likeness = {
    cosine: 9 / 25,
    relativeDifference: Math.sqrt(32) / 5,
    signAgreement: 0.5,
    largestDifference: 4,
  }
  for (const step of [1, 3, 4]) {
    expect(compare(first, second, step)).toEqual({
      ...likeness,
      cosine: expect.closeTo(likeness.cosine, 12),
      relativeDifference: expect.closeTo(likeness.relativeDifference, 12),
    })
  }
})

test('tensors of zeros have likenesses too', () => {
  const zeros = new Float32Array(4)
  const ones = new Float32Array(4).fill(1)
  expect(compare(zeros, zeros)).toMatchObject({ cosine: 1, relativeDifference: 0, signAgreement: 1 })
  expect(compare(ones, zeros)).toMatchObject({ cosine: 0, relativeDifference: 1, signAgreement: 0 })
  expect(compare(zeros, ones)).toMatchObject({ cosine: 0, relativeDifference: Infinity })
})

test('several tensors compared together are one long tensor', () => {
  const y = randomValues(2, 1000)
  const parts = [0, 300].map((from, index) => {
    const part = new TensorComparison()
    part.see(x.subarray(from, [300, 1000][index]), y.subarray(from, [300, 1000][index]))
    return part
  })
  const whole = new TensorComparison()
  for (const part of parts) whole.add(part)
  const { cosine, relativeDifference, ...counted } = compare(x, y)
  expect(whole.likeness).toEqual({
    ...counted,
    cosine: expect.closeTo(cosine, 12),
    relativeDifference: expect.closeTo(relativeDifference, 12),
  })
})

test('chunks of different sizes are refused', () => {
  expect(() => new TensorComparison().see(x, x.subarray(1))).toThrow(RangeError)
})
