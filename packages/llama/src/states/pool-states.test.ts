import { expect, test } from 'vitest'
import { StatePool } from './pool-states.ts'

test.each([
  ['mean', 3],
  ['first', 2],
  ['last', 4],
] as const)('%s: what a text’s states are pooled to, without those it is read after', (pooling, expected) => {
  const pool = new StatePool({ tokens: [7, 7, 7, 7, 7], start: 2 }, pooling)
  for (const position of [0, 1, 2, 3, 4])
    if (pool.counts(position)) pool.add('l_out-0', Float32Array.of(position))
  expect([...pool.result('l_out-0')]).toEqual([expected])
})
