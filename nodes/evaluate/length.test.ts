import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const measure = (more: Record<string, unknown>): Promise<unknown> =>
  runNode('evaluate/length', { text: 'One two.\n\nThree!', ...more })

test.each([
  ['words', 3],
  ['characters', 16],
  ['sentences', 2],
  ['lines', 2],
])('in %s', async (unit, length) => {
  expect(await measure({ unit })).toEqual({ length, boolean: true, score: 1 })
})

test('bounds are inclusive', async () => {
  expect(await measure({ minimum: 3, maximum: 3 })).toMatchObject({ boolean: true })
  expect(await measure({ minimum: 4 })).toMatchObject({ boolean: false, score: 0 })
  expect(await measure({ maximum: 2 })).toMatchObject({ boolean: false, score: 0 })
  expect(await measure({ minimum: 4, maximum: 3 })).toMatchObject({ code: 'invalid-input', input: 'maximum' })
})
