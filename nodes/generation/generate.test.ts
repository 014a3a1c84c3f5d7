import type { RunEvent } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const model = { type: 'loading/model', inputs: { file: 'fake.gguf' } }
const generate = (inputs: Record<string, string | number>): Record<string, unknown> => ({
  type: 'generation/generate',
  inputs,
  links: { model: ['model', 'model'] },
})

/*
   model ──► story
*/
test('the same seed writes the same story, another seed another', async () => {
  const { status, outputs } = await runGraph({
    model,
    a: generate({ prompt: 'Tell me a story.', seed: 1, maxTokens: 20 }) as never,
    b: generate({ prompt: 'Tell me a story.', seed: 1, maxTokens: 20 }) as never,
    c: generate({ prompt: 'Tell me a story.', seed: 2, maxTokens: 20 }) as never,
  })
  expect(status).toBe('completed')
  expect(outputs['a']?.['text']).toBe(outputs['b']?.['text'])
  expect(outputs['a']?.['text']).not.toBe(outputs['c']?.['text'])
})

test('text streams as it is written, and adds up to the output', async () => {
  const events: RunEvent[] = []
  const { outputs } = await runGraph(
    { model, story: generate({ prompt: 'Tell me a story.', seed: 3, maxTokens: 20 }) as never },
    (event) => events.push(event),
  )
  const streamed = events.flatMap((event) => (event.type === 'cell.token' ? [event.text] : [])).join('')
  expect(streamed).not.toBe('')
  expect(streamed).toBe(outputs['story']?.['text'])
})

test('an empty prompt is refused before anything is generated', async () => {
  const { status, errors } = await runGraph({ model, story: generate({ seed: 1 }) as never })
  expect({ status, error: errors[0] }).toMatchObject({
    status: 'failed',
    error: { code: 'missing-input', node: 'story', input: 'prompt' },
  })
})

test('a temperature out of range names the node and the input', async () => {
  const { status, errors } = await runGraph({
    model,
    story: generate({ prompt: 'Hi', temperature: -1 }) as never,
  })
  expect({ status, error: errors[0] }).toMatchObject({
    status: 'failed',
    error: { code: 'invalid-input', node: 'story', input: 'temperature' },
  })
})

test('a system prompt that the template has no place for is said to stand in the prompt', async () => {
  const told = async (template: Record<string, string>): Promise<unknown> => {
    const inputs = { prompt: 'Hi', system: 'Be brief.', seed: 1, maxTokens: 4, ...template }
    const { outputs } = await runGraph({ model, story: generate(inputs) as never })
    return outputs['story']?.['warnings']
  }
  const jinja = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}"
  expect([
    await told({ template: 'chatml' }),
    await told({ template: 'none' }),
    await told({ template: 'custom', jinja }),
  ]).toEqual([[], [], [expect.stringContaining('no place for a system prompt')]])
})
