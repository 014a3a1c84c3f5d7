import { expect, test } from 'vitest'
import { guessToken, type GuessSettings } from './guess-token.ts'
import { draws, noise } from './noise.ts'

const plain: GuessSettings = { order: 'confidence', temperature: 0, topK: 0, topP: 1, minP: 0 }
const row = Float32Array.from([Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05), -Infinity])

/** Share of each token among many draws. */
function shares(settings: Partial<GuessSettings>): number[] {
  const counts = [0, 0, 0, 0, 0]
  const drawn = 20_000
  for (let place = 0; place < drawn; place++) {
    const { token } = guessToken(row, { ...plain, ...settings }, noise(7, place, 1, draws.token))
    counts[token]!++
  }
  return counts.map((count) => Math.round((count / drawn) * 100) / 100)
}

test('temperature 0 takes the likeliest, and tells its probability', () => {
  const { token, logprob } = guessToken(row, plain, 0.99)
  expect(token).toBe(0)
  expect(Math.exp(logprob)).toBeCloseTo(0.5)
})

test('at temperature 1 tokens are drawn as likely as they are, and none that is forbidden', () => {
  const [a, b, c, d, never] = shares({ temperature: 1 })
  expect(a).toBeCloseTo(0.5, 1)
  expect(b).toBeCloseTo(0.3, 1)
  expect(c).toBeCloseTo(0.15, 1)
  expect(d).toBeCloseTo(0.05, 1)
  expect(never).toBe(0)
})

test.each([
  ['min-p', { minP: 0.5 }, [true, true, false, false, false]],
  ['top-k', { topK: 3 }, [true, true, true, false, false]],
  ['top-p', { topP: 0.7 }, [true, true, false, false, false]],
])('%s leaves out what is less likely', (_, settings, expected) => {
  expect(shares({ temperature: 2, ...settings }).map((share) => share > 0)).toEqual(expected)
})

test('orders score how sure a guess is', () => {
  const score = (order: GuessSettings['order']): number => guessToken(row, { ...plain, order }, 0).score
  expect(Math.exp(score('confidence'))).toBeCloseTo(0.5)
  expect(Math.exp(score('margin'))).toBeCloseTo(0.2)
  const entropy = -[0.5, 0.3, 0.15, 0.05].reduce((sum, p) => sum + p * Math.log(p), 0)
  expect(score('entropy')).toBeCloseTo(-entropy)
})

test('where everything is forbidden there is no guess', () => {
  expect(() => guessToken(new Float32Array(3).fill(-Infinity), plain, 0)).toThrow('No token may stand here')
})

test('noise is spread evenly and differs by seed, place, step and use', () => {
  const drawn = Array.from({ length: 10_000 }, (_, place) => noise(1, place, 3, draws.order))
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
  expect(mean).toBeCloseTo(0.5, 1)
  expect(new Set(drawn.map((value) => Math.floor(value * 10))).size).toBe(10)
  const others = [
    noise(2, 5, 3, 2),
    noise(1, 6, 3, 2),
    noise(1, 5, 4, 2),
    noise(1, 5, 3, 1),
    noise(1, 5, 3, 2),
  ]
  expect(new Set(others).size).toBe(5)
})
