import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const text = (value: string): { type: string; inputs: { text: string } } => ({
  type: 'text/text',
  inputs: { text: value },
})

/*
   mood ──┐
   topic ─┴─► prompt
*/
test('every {{name}} in a template is an input, filled from its link', async () => {
  const { outputs, status } = await runGraph({
    mood: text('gloomy'),
    topic: text('the sea'),
    prompt: {
      type: 'text/template',
      inputs: { template: 'A {{mood}} story about {{ topic }}: {{mood}}!' },
      links: { mood: ['mood', 'text'], topic: ['topic', 'text'] },
    },
  })
  expect({ status, outputs }).toEqual({
    status: 'completed',
    outputs: { prompt: { text: 'A gloomy story about the sea: gloomy!' } },
  })
})

test('a gap may be filled by a literal, and braces inside a value stay text', async () => {
  const { outputs } = await runGraph({
    prompt: { type: 'text/template', inputs: { template: '{{a}} and {{b}}', a: '{{b}}', b: '$& $1' } },
  })
  expect(outputs).toEqual({ prompt: { text: '{{b}} and $& $1' } })
})

test('a gap that nothing fills fails with the name of the gap', async () => {
  const { status, errors } = await runGraph({
    prompt: { type: 'text/template', inputs: { template: 'Hello {{name}}' } },
  })
  expect({ status, error: errors[0] }).toMatchObject({
    status: 'failed',
    error: { code: 'missing-input', node: 'prompt', input: 'name' },
  })
})
