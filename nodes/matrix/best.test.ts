import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

/*
   names ──────────► best
   scores ─(zip)───► best
*/
async function bestOf(scores: string, prefer = 'highest'): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    table: { type: 'matrix/rows', inputs: { text: `name,score\n${scores}`, label: 'candidate' } },
    best: {
      type: 'matrix/best',
      inputs: { prefer },
      links: { values: ['table', 'name'], scores: ['table', 'score'] },
    },
  })
  return errors[0]?.message ?? outputs['best']
}

test('the value with the best score wins, and says where it stood', async () => {
  expect(await bestOf('Ann,3\nBen,9\nCleo,4')).toMatchObject({ value: 'Ben', score: 9 })
  expect(await bestOf('Ann,3\nBen,9\nCleo,4', 'lowest')).toMatchObject({ value: 'Ann', score: 3 })
})

test('among equals the first wins', async () => {
  expect(await bestOf('Ann,9\nBen,9')).toMatchObject({ value: 'Ann' })
})

test('over one of several axes there is a best for each of the rest', async () => {
  const { outputs } = await runGraph({
    x: { type: 'matrix/axis', inputs: { values: [1, 2] } },
    y: { type: 'matrix/axis', inputs: { values: [10, 20] } },
    pair: {
      type: 'text/template',
      inputs: { template: '{{x}}-{{y}}' },
      links: { x: ['x', 'value'], y: ['y', 'value'] },
    },
    best: {
      type: 'matrix/best',
      inputs: { over: 'y' },
      links: { values: ['pair', 'text'], scores: ['y', 'value'] },
    },
    all: { type: 'matrix/join', links: { values: ['best', 'value'] } },
  })
  expect(outputs['all']?.['list']).toEqual(['1-20', '2-20'])
})
