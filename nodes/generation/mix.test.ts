import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const model = { type: 'loading/model', inputs: { file: 'fake.gguf' } }
const story = (from: string, inputs: Record<string, string | number> = {}): never =>
  ({
    type: 'generation/generate',
    inputs: { seed: 1, maxTokens: 20, ...inputs },
    links: { model: ['model', 'model'], prompt: [from, 'mix'] },
  }) as never

/*
   plain ──► a        ──► b (typed)
*/
test('a mix of one prompt writes what the prompt itself writes', async () => {
  const { outputs } = await runGraph({
    model,
    plain: { type: 'steering/prompt', inputs: { prompt: 'Tell me a story.' } },
    a: story('plain'),
    b: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', seed: 1, maxTokens: 20 },
      links: { model: ['model', 'model'] },
    },
  })
  expect(outputs['a']?.['text']).toBe(outputs['b']?.['text'])
})

/*
   away ──► guided
*/
test('a negative prompt changes what is written, and its empty neighbour is read, too', async () => {
  const { status, outputs } = await runGraph({
    model,
    away: { type: 'steering/negative', inputs: { prompt: 'Tell me a story.', negative: 'Tell me of rain.' } },
    both: { type: 'steering/prompt', inputs: { prompt: 'Sun. AND Rain.' } },
    guided: story('away'),
    blended: story('both', { system: 'You tell stories.' }),
    plain: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', seed: 1, maxTokens: 20 },
      links: { model: ['model', 'model'] },
    },
  })
  expect(status).toBe('completed')
  expect(outputs['guided']?.['text']).not.toBe(outputs['plain']?.['text'])
  expect(outputs['blended']?.['text']).not.toBe('')
})

/*
   warm ──► cool ──► a (0.5)   b (given 0.9)
*/
test('a sampler’s settings hold where the node gives none, and log-probabilities are noted where asked for', async () => {
  const { outputs } = await runGraph({
    model,
    warm: { type: 'generation/sampler', inputs: { temperature: 1.5, topK: 3 } },
    cool: {
      type: 'generation/sampler',
      inputs: { temperature: 0.5, samplers: ['temperature', 'top_k'] },
      links: { sampler: ['warm', 'sampler'] },
    },
    settings: { type: 'output/preview', links: { value: ['cool', 'sampler'] } },
    a: {
      type: 'generation/generate',
      inputs: { prompt: 'Hi', seed: 1, maxTokens: 3, logprobs: 2 },
      links: { model: ['model', 'model'], sampler: ['cool', 'sampler'] },
    },
    same: {
      type: 'generation/generate',
      inputs: {
        prompt: 'Hi',
        seed: 1,
        maxTokens: 3,
        temperature: 0.5,
        topK: 3,
        samplers: ['temperature', 'top_k'],
      },
      links: { model: ['model', 'model'] },
    },
  })
  expect(outputs['settings']).toEqual({
    value: { temperature: 0.5, topK: 3, samplers: ['temperature', 'top_k'] },
  })
  expect(outputs['a']?.['text']).toBe(outputs['same']?.['text'])
  expect(outputs['same']?.['logprobs']).toEqual([])
  expect(outputs['a']?.['logprobs']).toHaveLength(3)
  expect(outputs['a']?.['logprobs']).toMatchObject([{ alternatives: [{}, {}] }, {}, {}])
})
