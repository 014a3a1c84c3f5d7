import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

const matches = (text: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  runNode('evaluate/matches', { text, pattern: '\\d{4}-\\d{2}', ...more })

test('the whole text must have the form, or a part of it where asked', async () => {
  expect(await matches(' 2024-05\n')).toEqual({ boolean: true, score: 1 })
  expect(await matches('in 2024-05')).toEqual({ boolean: false, score: 0 })
  expect(await matches('in 2024-05', { whole: false })).toEqual({ boolean: true, score: 1 })
})

/*
   texts ──► check ──► best
       └──────────────► best
*/
test('the score chooses the text that has the form', async () => {
  const { outputs } = await runGraph({
    texts: { type: 'matrix/axis', inputs: { values: ['soon', '2024-05'], type: 'text' } },
    check: {
      type: 'evaluate/matches',
      inputs: { pattern: '\\d{4}-\\d{2}' },
      links: { text: ['texts', 'value'] },
    },
    best: { type: 'matrix/best', links: { values: ['texts', 'value'], scores: ['check', 'score'] } },
  })
  expect(outputs['best']).toMatchObject({ value: '2024-05', score: 1 })
})
