import { expect, test } from 'vitest'
import { applySequenceBias } from './sequence-bias.ts'

test('a sequence biases its last token only where its first ones stand before, as in Hugging Face’s SequenceBias', () => {
  const row = new Float32Array(16)
  const originals = applySequenceBias(
    row,
    [3, 5, 7, 3, 9, 5, 7],
    [
      { tokens: [3], bias: 1.5 },
      { tokens: [5, 7, 9], bias: 4 },
      { tokens: [5, 7, 2], bias: -10 },
      { tokens: [8, 8], bias: 3 },
      { tokens: [7], bias: -2 },
    ],
  )
  const changed = Object.fromEntries(
    [...row].flatMap((value, token) => (value === 0 ? [] : [[token, value]])),
  )
  expect(changed).toEqual({ 2: -10, 3: 1.5, 7: -2, 9: 4 })
  expect([...originals.keys()].toSorted((a, b) => a - b)).toEqual([2, 3, 7, 9])
})

test('biases of one token add up, and −∞ forbids it', () => {
  const row = Float32Array.of(1, 2)
  const originals = applySequenceBias(
    row,
    [0],
    [
      { tokens: [0, 1], bias: 3 },
      { tokens: [1], bias: 1 },
      { tokens: [0], bias: -Infinity },
    ],
  )
  expect([...row]).toEqual([-Infinity, 6])
  expect([...originals]).toEqual([
    [1, 2],
    [0, 1],
  ])
})
