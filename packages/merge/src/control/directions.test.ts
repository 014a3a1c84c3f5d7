import { describe, expect, test } from 'vitest'
import { MergeError } from '../errors/merge-error.ts'
import { largestDifference, readFixture } from '../testing/fixtures.ts'
import { randomValues } from '../testing/random-values.ts'
import { findDirection, type DirectionMethod, type StatePair } from './directions.ts'

interface Fixture {
  hidden_interleaved_pos_neg: number[][]
  vectors: { method: string; direction: number[] }[]
  cos_to_planted: number[]
  planted: number[]
}

const fixture = readFixture<Fixture>('control_vectors')
const states = fixture.hidden_interleaved_pos_neg.map((state) => Float32Array.from(state))
const pairs: StatePair[] = Array.from({ length: states.length / 2 }, (_, i) => ({
  positive: states[2 * i]!,
  negative: states[2 * i + 1]!,
}))

const methods: [DirectionMethod, string][] = [
  ['pca-diff-centered', 'pca_diff'],
  ['pca-center', 'pca_center'],
  ['mean', 'llamacpp_mean(last token rows only)'],
]

test.each(methods)('%s is the reference’s %s', (method, name) => {
  const reference = fixture.vectors.find((vector) => vector.method === name)!.direction
  const length = Math.hypot(...reference)
  const wanted = reference.map((value) => value / length)
  expect(largestDifference(findDirection(pairs, method), wanted)).toBeLessThanOrEqual(1e-4)
})

test('the differences’ main direction finds what was planted, unless they are centred', () => {
  const cosine = (method: DirectionMethod): number => {
    const length = Math.hypot(...fixture.planted)
    return findDirection(pairs, method).reduce(
      (sum, value, i) => sum + (value * fixture.planted[i]!) / length,
      0,
    )
  }
  const centered = methods.map(([method]) => cosine(method))
  expect(largestDifference(centered, fixture.cos_to_planted)).toBeLessThanOrEqual(1e-4)
  expect(cosine('pca-diff')).toBeGreaterThan(0.97)
})

describe('on states that differ along one axis', () => {
  const shifted = (strengths: number[]): StatePair[] =>
    strengths.map((strength, i) => {
      const negative = randomValues(i + 1, 32)
      return { negative, positive: negative.map((value, j) => (j === 3 ? value + strength : value)) }
    })
  const axis = new Float32Array(32)
  axis[3] = 1

  test.each(['mean', 'pca-diff', 'pca-center'] as const)(
    '%s is that axis, towards the positive states',
    (method) => {
      expect(largestDifference(findDirection(shifted([1, 2, 1.5]), method), axis)).toBeLessThan(1e-6)
      const reversed = axis.map((value) => -value)
      expect(largestDifference(findDirection(shifted([-1, -2, -1.5, 0.5]), method), reversed)).toBeLessThan(
        1e-6,
      )
    },
  )

  test('more pairs than dimensions are no hindrance', () => {
    const many = Array.from({ length: 50 }, (_, i) => 1 + i / 50)
    expect(largestDifference(findDirection(shifted(many), 'pca-center'), axis)).toBeLessThan(1e-6)
  })
})

test('states that do not differ, or not in size, have no direction', () => {
  const state = randomValues(1, 8)
  for (const method of ['mean', 'pca-diff', 'pca-center'] as const) {
    expect(() => findDirection([{ positive: state, negative: state }], method)).toThrow(MergeError)
  }
  expect(() => findDirection([], 'mean')).toThrow('A direction needs at least one pair of states')
  expect(() => findDirection([{ positive: state, negative: state.subarray(1) }], 'mean')).toThrow(
    'The states are not all of one length',
  )
})
