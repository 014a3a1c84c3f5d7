import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const model = { type: 'loading/model', inputs: { file: 'fake.gguf' } }

/*
   model ──► answer
*/
test('of several texts the likeliest is chosen, and shares of all sum to 1', async () => {
  const { outputs } = await runGraph({
    model,
    answer: {
      type: 'generation/score',
      inputs: { prompt: 'Well?', choices: ['yes', 'no', 'perhaps'] },
      links: { model: ['model', 'model'] },
    },
  })
  const { choice, index, table } = outputs['answer'] as unknown as {
    choice: string
    index: number
    table: { rows: [string, number, number, number, number][] }
  }
  expect(['yes', 'no', 'perhaps'][index]).toBe(choice)
  expect(table.rows.map(([text]) => text)).toEqual(['yes', 'no', 'perhaps'])
  expect(table.rows[index]?.[1]).toBe(Math.max(...table.rows.map((row) => row[1])))
  expect(table.rows.reduce((sum, row) => sum + row[4], 0)).toBeCloseTo(1)
})

test('a text alone has a log-likelihood and a perplexity, and splits into tokens', async () => {
  const { outputs } = await runGraph({
    model,
    alone: {
      type: 'generation/score',
      inputs: { choices: 'Hello there' },
      links: { model: ['model', 'model'] },
    },
    tokens: {
      type: 'generation/tokens',
      inputs: { text: 'Hello there' },
      links: { model: ['model', 'model'] },
    },
  })
  const { logLikelihood, perplexity, logprobs } = outputs['alone'] as Record<string, number> & {
    logprobs: { logprob: number }[]
  }
  expect(logprobs).toHaveLength(outputs['tokens']?.['count'] as number)
  expect((outputs['tokens']?.['list'] as string[] | undefined)?.join('')).toBe('Hello there')
  expect(perplexity).toBeCloseTo(Math.exp(-(logLikelihood as number) / logprobs.length))
})

test('texts alike have a similarity of 1, and an embedding has length 1', async () => {
  const { outputs } = await runGraph({
    model,
    alike: {
      type: 'text/similarity',
      inputs: { a: 'the sea', b: 'the sea' },
      links: { model: ['model', 'model'] },
    },
    list: { type: 'generation/embed', inputs: { text: 'the sea' }, links: { model: ['model', 'model'] } },
  })
  expect(outputs['alike']?.['score']).toBeCloseTo(1)
  const numbers = outputs['list']?.['list'] as number[]
  expect(Math.hypot(...numbers)).toBeCloseTo(1)
})

test('a judge says nothing but yes or no, or 1 to 5', async () => {
  const judge = (scale: string): never =>
    ({
      type: 'evaluate/judge',
      inputs: { text: 'A story.', question: 'Is it good? {{text}}', scale },
      links: { model: ['model', 'model'] },
    }) as never
  const { outputs } = await runGraph({ model, verdict: judge('yes or no'), mark: judge('1 to 5') })
  expect(outputs['verdict']?.['text']).toMatch(/^(yes|no)$/)
  expect([0, 1]).toContain(outputs['verdict']?.['score'])
  expect([1, 2, 3, 4, 5]).toContain(outputs['mark']?.['score'])
})
