import { expect, test } from 'vitest'
import { countToFill, planBlocks, type Block } from './plan-steps.ts'

const holes = (count: number): null[] => Array.from({ length: count }, () => null)

/** How many holes each step of a block fills. */
function fillings(block: Block, schedule: 'linear' | 'cosine' | 'timestep'): number[] {
  const counts: number[] = []
  let left = block.holes
  for (let done = 0; done < block.steps && left > 0; done++) {
    const count = countToFill(block, schedule, { done, left })
    counts.push(count)
    left -= count
  }
  return counts
}

test('blocks with holes share the steps, the first ones get what is left over', () => {
  const canvas = [...holes(8), 1, 2, 3, 4, ...holes(8)]
  const blocks = planBlocks({ canvas, steps: 5, blockLength: 4, mayRevise: false })
  expect(blocks).toEqual([
    { start: 0, end: 4, holes: 4, steps: 2 },
    { start: 4, end: 8, holes: 4, steps: 1 },
    { start: 12, end: 16, holes: 4, steps: 1 },
    { start: 16, end: 20, holes: 4, steps: 1 },
  ])
})

test('no block takes more steps than it has holes, unless tokens are masked again', () => {
  const canvas = [1, null, 2, null]
  expect(planBlocks({ canvas, steps: 9, mayRevise: false })).toMatchObject([{ steps: 2 }])
  expect(planBlocks({ canvas, steps: 9, mayRevise: true })).toMatchObject([{ steps: 9 }])
  expect(planBlocks({ canvas: [1, 2], steps: 9, mayRevise: false })).toEqual([])
})

test('a linear schedule fills evenly, a cosine few at first, and every schedule fills all', () => {
  const block = { start: 0, end: 80, holes: 80, steps: 10 }
  expect(fillings(block, 'linear')).toEqual(Array.from({ length: 10 }, () => 8))
  const cosine = fillings(block, 'cosine')
  expect(cosine[0]).toBe(1)
  expect(cosine).toEqual(cosine.toSorted((a, b) => a - b))
  for (const schedule of ['linear', 'cosine', 'timestep'] as const) {
    for (const steps of [1, 3, 7, 64, 80]) {
      const counts = fillings({ ...block, steps }, schedule)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(80)
      expect(Math.min(...counts)).toBeGreaterThan(0)
    }
  }
})

test('a timestep schedule carries the fraction that a step leaves', () => {
  expect(fillings({ start: 0, end: 10, holes: 10, steps: 4 }, 'timestep')).toEqual([2, 3, 2, 3])
})
