import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

const mix = (inputs: Record<string, unknown>): Promise<unknown> => runNode('steering/mix', inputs)
const rows = (row: number[]): object => ({ mix: { coefficients: [{ cycle: [row] }] } })

test('prompts without weights count the same', async () => {
  expect(await mix({ prompts: ['a', 'b'] })).toEqual({
    mix: { terms: [{ prompt: 'a' }, { prompt: 'b' }], coefficients: [{ cycle: [[0.5, 0.5]] }] },
  })
})

test('weights are divided by their sum, or one is left out for the first prompt', async () => {
  expect(await mix({ prompts: ['a', 'b'], weights: [3, 1] })).toMatchObject(rows([0.75, 0.25]))
  expect(await mix({ prompts: ['a', 'b'], weights: [2, -1] })).toMatchObject(rows([2, -1]))
  expect(await mix({ prompts: ['a', 'b', 'c'], weights: [1.5, -1] })).toMatchObject(rows([0.5, 1.5, -1]))
})

test('weights that cannot sum to 1 are refused', async () => {
  expect(await mix({ prompts: ['a', 'b'], weights: [1, -1] })).toMatchObject({
    code: 'invalid-input',
    input: 'weights',
    message: 'The weights sum to 0; they must sum to 1.',
  })
  expect(await mix({ prompts: ['a', 'b'], weights: [1, 1], normalise: false })).toMatchObject({
    message: 'The weights sum to 2; they must sum to 1.',
  })
  expect(await mix({ prompts: ['a'], weights: [1, 1] })).toMatchObject({
    message: 'There are 2 weights for 1 prompts.',
  })
})

/*
   strength ─────┐
   base, other ──┴─► mix ──► all
*/
test('guidance between models: one prompt, two models, the strength swept', async () => {
  const { outputs } = await runGraph({
    base: { type: 'loading/model', inputs: { file: 'base.gguf' } },
    other: { type: 'loading/model', inputs: { file: 'other.gguf' } },
    strength: { type: 'matrix/axis', inputs: { values: [0, 1.5] } },
    mix: {
      type: 'steering/mix',
      inputs: { prompts: ['p'] },
      links: {
        models: [
          ['base', 'model'],
          ['other', 'model'],
        ],
        weights: [['strength', 'value']],
      },
    },
    all: { type: 'matrix/join', links: { values: ['mix', 'mix'] } },
  })
  const of = (file: string): unknown => ({ prompt: 'p', model: expect.objectContaining({ file }) as unknown })
  expect(outputs['all']?.['list']).toEqual([
    { terms: [of('base.gguf')], coefficients: [{ cycle: [[1]] }] },
    { terms: [of('base.gguf'), of('other.gguf')], coefficients: [{ cycle: [[-0.5, 1.5]] }] },
  ])
})

/*
   chat ────┐
   scheduled┴─► mix
*/
test('conversations and mixes can be parts', async () => {
  const { outputs } = await runGraph({
    chat: { type: 'generation/messages', inputs: { content: 'Hi' } },
    scheduled: { type: 'steering/prompt', inputs: { prompt: '[a:b:2]' } },
    mix: {
      type: 'steering/mix',
      links: {
        prompts: [
          ['chat', 'messages'],
          ['scheduled', 'mix'],
        ],
      },
    },
  })
  expect(outputs['mix']?.['mix']).toEqual({
    terms: [{ prompt: [{ role: 'user', content: 'Hi' }] }, { prompt: 'a' }, { prompt: 'b' }],
    coefficients: [{ until: { step: 2 }, cycle: [[0.5, 0.5, 0]] }, { cycle: [[0.5, 0, 0.5]] }],
  })
})
