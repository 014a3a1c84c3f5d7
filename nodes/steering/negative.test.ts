import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

/*
   text ──► away
*/
test('text over a link is literal, and the negative is put into its frame', async () => {
  const { outputs } = await runGraph({
    text: { type: 'text/text', inputs: { text: 'Tell me a (short) story.' } },
    away: {
      type: 'steering/negative',
      inputs: { negative: 'animals', frame: 'Tell me a story about {{negative}}.' },
      links: { prompt: ['text', 'text'] },
    },
  })
  expect(outputs['away']).toEqual({
    mix: {
      terms: [{ prompt: 'Tell me a (short) story.' }, { prompt: 'Tell me a story about animals.' }],
      coefficients: [{ cycle: [[1.5, -0.5]] }],
    },
    warnings: [],
  })
})

/*
   prompt ──► away
*/
test('a weighted prompt is guided as a whole', async () => {
  const { outputs } = await runGraph({
    prompt: { type: 'steering/prompt', inputs: { prompt: 'a (b:2)' } },
    away: {
      type: 'steering/negative',
      inputs: { negative: 'nothing like this', guidance: 2 },
      links: { prompt: ['prompt', 'mix'] },
    },
  })
  expect(outputs['away']?.['mix']).toEqual({
    terms: [{ prompt: 'a b' }, { prompt: 'a ' }, { prompt: 'nothing like this' }],
    coefficients: [{ cycle: [[4, -2, -1]] }],
  })
})

test('a bare word gets a hint, and nothing negative changes nothing', async () => {
  const prompt = 'Tell me a happy story.'
  expect(await runNode('steering/negative', { prompt, negative: 'animals' })).toMatchObject({
    warnings: [expect.stringContaining('give a frame')],
  })
  expect(await runNode('steering/negative', { prompt })).toEqual({
    mix: { terms: [{ prompt }], coefficients: [{ cycle: [[1]] }] },
    warnings: [],
  })
})

test('a mix that does not sum to 1 is refused', async () => {
  const prompt = { terms: [{ prompt: 'a' }], coefficients: [{ cycle: [[2]] }] }
  expect(await runNode('steering/negative', { prompt, negative: 'b' })).toMatchObject({
    code: 'invalid-input',
    input: 'prompt',
  })
})
