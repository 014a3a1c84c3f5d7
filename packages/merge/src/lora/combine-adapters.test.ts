import { expect, test } from 'vitest'
import { largestDifference } from '../testing/fixtures.ts'
import { randomValues } from '../testing/random-values.ts'
import { combineAdapters, type Adapter } from './combine-adapters.ts'
import { deltaOf, type LoraFactors } from './lora.ts'
import { loraMethodNames } from './methods.ts'

const factors = (seed: number, rank = 3, rows = 10, columns = 8): LoraFactors => ({
  rows,
  columns,
  rank,
  a: randomValues(seed, rank * columns),
  b: randomValues(seed + 1, rows * rank),
})

const adapter = (name: string, weight: number, matrices: Record<string, LoraFactors>): Adapter => ({
  name,
  weight,
  matrices: new Map(Object.entries(matrices).map(([key, own]) => [key, { factors: own, scale: 0.5 }])),
})

const wanted = (name: string, adapters: readonly Adapter[]): Float32Array => {
  const sum = new Float32Array(80)
  for (const { weight, matrices } of adapters) {
    const own = matrices.get(name)
    if (own === undefined) continue
    for (const [i, value] of deltaOf(own).entries()) sum[i]! += weight * value
  }
  return sum
}

const one = adapter('one', 0.7, { q: factors(1), v: factors(3) })
const two = adapter('two', -0.4, { q: factors(5, 2), up: factors(7) })

test('the exact sum has every tensor that any of the LoRAs has, and the sum of their ranks', () => {
  const sum = combineAdapters([one, two], { method: 'cat' })
  expect([...sum].map(([name, { rank }]) => [name, rank])).toEqual([
    ['q', 5],
    ['v', 3],
    ['up', 3],
  ])
  for (const [name, own] of sum) {
    expect(largestDifference(deltaOf({ factors: own, scale: 1 }), wanted(name, [one, two]))).toBeLessThan(
      1e-6,
    )
  }
})

test('svd of as high a rank is the exact sum, of a lower one the best there is', () => {
  const whole = combineAdapters([one, two], { method: 'svd', rank: 5 })
  const cut = combineAdapters([one, two], { method: 'svd', energy: 0.9 })
  const error = (made: Map<string, LoraFactors>): number =>
    largestDifference(deltaOf({ factors: made.get('q')!, scale: 1 }), wanted('q', [one, two]))
  expect(error(whole)).toBeLessThan(1e-5)
  expect(cut.get('q')!.rank).toBeLessThan(5)
  expect(error(cut)).toBeGreaterThan(error(whole))
})

test('PEFT’s linear is not the sum: it has cross terms as large as what was wanted', () => {
  const three = adapter('three', 1, { q: factors(9) })
  const linear = combineAdapters([one, three], { method: 'linear' })
  const exact = wanted('q', [one, three])
  const norm = (values: Float32Array): number => Math.hypot(...values)
  const error = deltaOf({ factors: linear.get('q')!, scale: 1 }).map((value, i) => value - exact[i]!)
  expect(norm(error) / norm(exact)).toBeGreaterThan(0.5)
})

test.each(loraMethodNames)(
  '%s of a LoRA alone, with weight 1 and nothing dropped, is that LoRA',
  (method) => {
    const alone = adapter('alone', 1, { q: factors(11) })
    const made = combineAdapters([alone], { method, density: 1, rank: 3 })
    expect(
      largestDifference(deltaOf({ factors: made.get('q')!, scale: 1 }), wanted('q', [alone])),
    ).toBeLessThan(1e-5)
  },
)

test('dropping at random is the same for the same seed and other for another', () => {
  const made = (seed: number): Float32Array =>
    combineAdapters([one], { method: 'dare_linear', density: 0.5, seed }).get('q')!.a
  expect(made(1)).toEqual(made(1))
  expect(made(1)).not.toEqual(made(2))
})

test('LoRAs of models of different sizes are refused with the names of the tensors', () => {
  const other = adapter('other', 1, { q: factors(1, 3, 12), v: factors(2, 3, 10, 6) })
  expect(() => combineAdapters([one, other], { method: 'cat' })).toThrow(
    'one and other are for models of different sizes: q is 8 × 10 there and 8 × 12 here; v is 8 × 10 there and 6 × 10 here',
  )
})

test('LoRAs of different ranks cannot be combined factor by factor, but exactly', () => {
  expect(() => combineAdapters([one, two], { method: 'linear' })).toThrow(
    'Adapters of ranks 3, 2 cannot be combined factor by factor',
  )
})
