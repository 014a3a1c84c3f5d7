import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

async function seedsFrom(inputs: Record<string, number>): Promise<unknown> {
  const { outputs } = await runGraph({
    seeds: { type: 'matrix/seeds', inputs },
    all: { type: 'matrix/join', links: { values: ['seeds', 'seed'] } },
  })
  return outputs['all']?.['list']
}

test('seeds follow the first and wrap at the end of their range', async () => {
  expect(await seedsFrom({ count: 3, seed: 7 })).toEqual([7, 8, 9])
  expect(await seedsFrom({ count: 2, seed: 4_294_967_295 })).toEqual([4_294_967_295, 0])
})

test('without a first seed each run draws another', async () => {
  const runs = [await seedsFrom({ count: 1 }), await seedsFrom({ count: 1 })]
  expect(runs[0]).not.toEqual(runs[1])
})
