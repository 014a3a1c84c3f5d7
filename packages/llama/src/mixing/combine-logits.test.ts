import fc from 'fast-check'
import { expect, test } from 'vitest'
import { combineLogits } from './combine-logits.ts'
import { logSumExp, topTokens } from './log-probabilities.ts'
import { findPlausible } from './plausible-tokens.ts'

const value = fc.float({ min: -20, max: 20, noNaN: true })
const mix = fc.integer({ min: 1, max: 9 }).chain((terms) =>
  fc.record({
    rows: fc.array(fc.array(value, { minLength: 16, maxLength: 16 }), { minLength: terms, maxLength: terms }),
    coefficients: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
      minLength: terms,
      maxLength: terms,
    }),
  }),
)

const weigh = (rows: number[][], coefficients: number[]): { row: Float32Array; coefficient: number }[] =>
  rows.map((row, index) => ({ row: Float32Array.from(row), coefficient: coefficients[index]! }))

test('any number of rows makes their weighted sum, in the first of them', () => {
  fc.assert(
    fc.property(mix, ({ rows, coefficients }) => {
      const terms = weigh(rows, coefficients)
      combineLogits(terms)
      const expected = rows[0]!.map((_, token) =>
        rows.reduce((sum, row, index) => sum + coefficients[index]! * row[token]!, 0),
      )
      expected.forEach((sum, token) => expect(terms[0]!.row[token]).toBeCloseTo(sum, 3))
      expect([...terms.slice(1).map(({ row }) => [...row])]).toEqual(rows.slice(1))
    }),
    { numRuns: 60 },
  )
})

test('plausible is what some positive term finds likely enough beside the likeliest of all', () => {
  fc.assert(
    fc.property(mix, fc.double({ min: 0.001, max: 1, noNaN: true }), ({ rows, coefficients }, alpha) => {
      const positive = rows
        .filter((_, index) => coefficients[index]! > 0)
        .map((row) => {
          const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0)
          return row.map((logit) => Math.exp(logit) / total)
        })
      const best = rows[0]!.map((_, token) => Math.max(...positive.map((row) => row[token]!)))
      const threshold = alpha * Math.max(...best)
      const target = new Int32Array(16)
      const kept = target.subarray(0, findPlausible(weigh(rows, coefficients), alpha, target))
      if (positive.length === 0) {
        expect(kept).toHaveLength(16)
        return
      }
      // Within the precision of the table there is no telling.
      const clear = best.map((most) => Math.abs(most / threshold - 1) > 1e-3)
      best.forEach((most, token) => {
        if (clear[token]) expect(kept.includes(token)).toBe(most >= threshold)
      })
      expect(kept.length).toBeGreaterThan(0)
    }),
    { numRuns: 100 },
  )
})

test('the logarithm of the sum of exponentials is that of Math.exp to a millionth', () => {
  for (const spread of [0, 1, 30, 500]) {
    const row = Float32Array.from({ length: 1000 }, (_, index) => spread * Math.sin(index * index))
    const most = Math.max(...row)
    const exact = most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0))
    expect(Math.abs(logSumExp(row) - exact)).toBeLessThan(1e-6)
  }
  expect(logSumExp(Float32Array.of(1, NaN))).toBeNaN()
  expect(logSumExp(Float32Array.of(3, -Infinity))).toBeCloseTo(3, 6)
})

test('the likeliest tokens come in order, however many there are', () => {
  const row = Float32Array.of(3, 9, -1, 9.5, 4)
  expect([topTokens(row, 0), topTokens(row, 2), topTokens(row, 9)]).toEqual([[], [3, 1], [3, 1, 4, 0, 2]])
})

test('rows of any length have their likeliest tokens found, equal ones in their order, and their sum', () => {
  const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(row, fc.integer({ min: 0, max: 9 }), (values, count) => {
      const logits = Float32Array.from(values)
      const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b)
      expect(topTokens(logits, count)).toEqual(sorted.slice(0, count))
      const sum = values.reduce((total, value) => total + Math.exp(value), 0)
      expect(logSumExp(logits)).toBeCloseTo(Math.log(sum), 6)
      for (const index of values.keys()) expect(logSumExp(logits.with(index, NaN))).toBeNaN()
    }),
    { numRuns: 60 },
  )
})
