import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'
import { formsOf } from './words/word-bias.ts'

test('words of a line share its weight; quotes keep spaces and commas', async () => {
  const words = 'moon, star: 3\n\n" a, b": −2\ndragon: never\nyes: only'
  expect(await runNode('steering/logit-bias', { words })).toEqual({
    sampler: {
      bias: [
        { text: 'moon', weight: 3 },
        { text: 'star', weight: 3 },
        { text: ' a, b', weight: -2 },
        { text: 'dragon', weight: 'never' },
        { text: 'yes', weight: 'only' },
      ],
    },
    tokens: { columns: ['word', 'weight', 'tokens', 'ids'], rows: [] },
  })
})

test('a line without a weight, and a weight that is none, are refused by line', async () => {
  expect(await runNode('steering/logit-bias', { words: 'moon: 1\nstar' })).toMatchObject({
    code: 'invalid-input',
    input: 'words',
    message: expect.stringContaining('Line 2') as string,
  })
  expect(await runNode('steering/logit-bias', { words: 'moon: lots' })).toMatchObject({
    message: expect.stringContaining('“lots”') as string,
  })
})

test('a word counts with and without leading space and capital, unless it is meant as typed', () => {
  expect(formsOf({ text: 'moon', weight: 1 })).toEqual(['moon', ' moon', 'Moon', ' Moon'])
  expect(formsOf({ text: 'moon', weight: 1, exact: true })).toEqual(['moon'])
})

/*
   model ──► bias ──► more
*/
test('with a model the tokens show; biases join those of the sampler before', async () => {
  const { outputs } = await runGraph({
    model: { type: 'loading/model', inputs: { file: 'fake.gguf' } },
    first: { type: 'steering/logit-bias', inputs: { words: 'sea: 1' } },
    more: {
      type: 'steering/logit-bias',
      inputs: { words: 'sky: never', exact: true },
      links: { model: ['model', 'model'], sampler: ['first', 'sampler'] },
    },
  })
  expect(outputs['more']).toMatchObject({
    sampler: {
      bias: [
        { text: 'sea', weight: 1 },
        { text: 'sky', weight: 'never', exact: true },
      ],
    },
    tokens: { rows: [['sky', 'never', expect.any(String) as string, expect.any(Array) as number[]]] },
  })
})
