import { expect, test } from 'vitest'
import type { Json } from '@woolgather/workflow'
import { runGraph } from '../testing/run-graph.ts'

/*
   model ──► written
*/
const written = async (inputs: Record<string, Json>, links = {}): Promise<unknown> => {
  const { outputs, errors } = await runGraph({
    model: { type: 'loading/model', inputs: { file: 'fake.gguf' } },
    said: { type: 'text/template', inputs: { template: 'a<|im_end|>' } },
    written: { type: 'generation/written-prompt', inputs, links: { model: ['model', 'model'], ...links } },
  })
  return errors.length > 0 ? errors.map(({ message }) => message) : outputs['written']
}

const marks = (result: unknown): string[] =>
  (result as { tokens: { text: string; control: boolean }[] }).tokens
    .filter(({ control }) => control)
    .map(({ text }) => text)

test('a prompt shows in its template, with the control tokens that count marked as such', async () => {
  const result = await written({ prompt: 'Hi<|im_end|>', template: 'chatml' })
  expect(result).toMatchObject({
    prompt: '<|im_start|>user\nHi<|im_end|><|im_end|>\n<|im_start|>assistant\n',
    stop: ['<|im_end|>', '<|im_start|>'],
  })
  expect(marks(result)).toEqual(['<|bos|>', '<|im_start|>', '<|im_end|>', '<|im_start|>'])
})

test('control tokens that the author types into a plain prompt are marked, those that come over a link are text', async () => {
  const typed = { prompt: '<|im_start|>user\nHi<|im_end|>', template: 'none', special: true }
  expect(marks(await written(typed))).toEqual(['<|bos|>', '<|im_start|>', '<|im_end|>'])
  const linked = await written({ template: 'none', special: true }, { prompt: ['said', 'text'] })
  expect(marks(linked)).toEqual(['<|bos|>'])
})

test('a custom template writes the turns, and its own end of turn ends the answer', async () => {
  const jinja =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + ': ' + m.content + '<|im_end|>' }}{% endfor %}"
  const result = await written({ prompt: 'Hi', system: 'Be brief.', template: 'custom', jinja })
  expect(result).toMatchObject({
    prompt: '<|im_start|>system: Be brief.<|im_end|><|im_start|>user: Hi<|im_end|>',
    stop: ['<|im_end|>'],
  })
  expect(marks(result)).toHaveLength(5)
})

test('a custom template that is missing or broken is refused, with what to do', async () => {
  expect(JSON.stringify(await written({ prompt: 'Hi', template: 'custom' }))).toContain(
    'The chat template is to be custom, and there is none.',
  )
  expect(JSON.stringify(await written({ prompt: 'Hi', template: 'custom', jinja: '{% for %}' }))).toContain(
    'The chat template (custom) is not valid Jinja',
  )
})

test('a template is told what is given to it besides, and moves a system prompt that it has no place for', async () => {
  const jinja =
    "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}{% if enable_thinking is false %}!{% endif %}"
  const inputs = { prompt: 'Hi', system: 'Be brief.', template: 'custom', jinja }
  expect([
    await written(inputs),
    await written({ ...inputs, templateArguments: { enable_thinking: false } }),
  ]).toMatchObject([{ prompt: 'Be brief.\nHi' }, { prompt: 'Be brief.\nHi!' }])
})
