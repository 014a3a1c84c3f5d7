import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

/*
   a ─────────────┐
   parts (list) ──┴─► all
*/
test('texts and lists over links are joined in the order of the links', async () => {
  const { outputs } = await runGraph({
    a: { type: 'text/text', inputs: { text: 'first' } },
    parts: { type: 'text/split', inputs: { text: 'x, y', by: 'separator' } },
    all: {
      type: 'text/join',
      inputs: { separator: '-' },
      links: {
        texts: [
          ['parts', 'list'],
          ['a', 'text'],
        ],
      },
    },
  })
  expect(outputs['all']).toEqual({ text: 'x-y-first' })
})

test('numbers become text, and empty texts may be left out', async () => {
  const texts = ['a', ' ', 3]
  expect(await runNode('text/join', { texts, separator: ',' })).toEqual({ text: 'a, ,3' })
  expect(await runNode('text/join', { texts, separator: ',', skipEmpty: true })).toEqual({ text: 'a,3' })
})
