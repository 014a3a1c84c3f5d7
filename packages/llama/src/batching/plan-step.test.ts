import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planStep } from './plan-step.ts'

const plan = (counts: number[], batch = 512, promptBatch = 256): number[] =>
  planStep(
    counts.map((count) => ({ count })),
    { batch, promptBatch },
  )

test('who is writing gets a token each, whatever prompts wait', () => {
  expect(plan([1, 1, 4000, 1])).toEqual([1, 1, 256, 1])
})

test('a prompt alone fills the batch', () => {
  expect(plan([4000])).toEqual([512])
  expect(plan([300])).toEqual([300])
})

test('a short prompt is done in one step beside a long one', () => {
  expect(plan([4000, 20])).toEqual([492, 20])
  expect(plan([20, 4000, 4000])).toEqual([20, 246, 246])
})

test('more writers than a batch holds never happens, and more prompts than tokens get one each while they last', () => {
  expect(plan([5, 5, 5], 2, 2)).toEqual([1, 1, 0])
})

test('a step never exceeds the batch, never gives more than is pending, and never stands still', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 64 }), (counts) => {
      const shares = plan(counts)
      const total = shares.reduce((sum, share) => sum + share, 0)
      expect(total).toBeLessThanOrEqual(512)
      expect(total).toBeGreaterThan(0)
      expect(shares.every((share, index) => share >= 0 && share <= counts[index]!)).toBe(true)
      expect(counts.every((count, index) => count > 1 || shares[index] === 1)).toBe(true)
    }),
  )
})
