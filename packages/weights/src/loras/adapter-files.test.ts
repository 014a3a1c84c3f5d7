import { deltaOf, type LoraFactors } from '@woolgather/merge'
import { expect, test } from 'vitest'
import { adapterOf, loraFileOf } from './adapter-files.ts'

const factors = (rank: number, seed: number): LoraFactors => ({
  rows: 4,
  columns: 6,
  rank,
  a: Float32Array.from({ length: rank * 6 }, (_, i) => Math.sin(seed + i)),
  b: Float32Array.from({ length: 4 * rank }, (_, i) => Math.cos(seed + i)),
})

test('matrices of different ranks count as much as before in a file with one alpha', () => {
  const made = new Map([
    ['q', factors(3, 1)],
    ['k', factors(1, 2)],
    ['v', factors(0, 3)],
    ['experts', factors(2, 4)],
    ['experts[1]', factors(0, 5)],
    ['experts[2]', factors(1, 6)],
  ])
  const file = loraFileOf('llama', made)
  expect(file.alpha).toBe(3)
  expect(file.matrices.map(({ tensor, expert, rank }) => [tensor, expert, rank])).toEqual([
    ['q', 0, 3],
    ['k', 0, 1],
    ['experts', 0, 2],
    ['experts', 1, 2],
    ['experts', 2, 2],
  ])
  for (const [name, scaled] of adapterOf('made', file).matrices) {
    const wanted = deltaOf({ factors: made.get(name)!, scale: 1 })
    expect([...deltaOf(scaled)]).toEqual([...wanted].map((value): number => expect.closeTo(value, 5)))
  }
})
