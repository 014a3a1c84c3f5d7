import { expect, test } from 'vitest'
import { chooseTemplate, presetTemplate, resolveTemplate, type TemplateHints } from './choose-template.ts'

const choose = (hints: TemplateHints): string | undefined => chooseTemplate(hints)?.name

test("the file's own template comes before any preset", () => {
  expect(
    chooseTemplate({
      fileTemplate: '{{ messages }}',
      name: 'vicuna-7b',
      architecture: 'llama',
      hasImStart: true,
    }),
  ).toEqual({ source: 'file', name: 'tokenizer.chat_template', jinja: '{{ messages }}' })
})

test('a file without a template gets the preset its name speaks for', () => {
  expect([
    choose({ name: 'lmsys_vicuna-13b-v1.5', architecture: 'llama' }),
    choose({ name: 'Alpaca Native', architecture: 'llama', fileTemplate: ' ' }),
    choose({ name: 'RedPajama-INCITE-Chat-3B-v1', architecture: 'gptneox' }),
    choose({ name: 'red-pajama chat', architecture: 'gptneox' }),
    choose({ name: 'INCITE 7B chat', architecture: 'gptneox' }),
    choose({ name: 'falcon-7b-instruct', architecture: 'falcon' }),
    choose({ name: 'mystery', architecture: 'llama', hasImStart: true }),
  ]).toEqual(['vicuna', 'alpaca', 'redpajama', 'redpajama', 'redpajama', 'falcon', 'chatml'])
})

test('a base model gets no template', () => {
  expect([
    choose({ name: 'llama-7b', architecture: 'llama' }),
    choose({ name: 'pythia-1b', architecture: 'gptneox' }),
    choose({ name: 'RedPajama-INCITE-Base-3B-v1', architecture: 'gptneox' }),
    choose({ name: 'falcon-7b', architecture: 'falcon' }),
    choose({ name: 'x', architecture: 'llama', hasImStart: false }),
  ]).toEqual([undefined, undefined, undefined, undefined, undefined])
})

test('the template asked for comes before the model’s own', () => {
  const own = presetTemplate('vicuna')
  expect([
    resolveTemplate(own, undefined).name,
    resolveTemplate(own, 'alpaca').name,
    resolveTemplate(undefined, { jinja: '{{ messages }}' }).jinja,
  ]).toEqual(['vicuna', 'alpaca', '{{ messages }}'])
})

test('without any template a conversation is refused, with what to do', () => {
  expect(() => resolveTemplate(undefined, undefined)).toThrow(
    expect.objectContaining({
      code: 'invalid-chat-template',
      message: 'This model has no chat template: it completes text.',
      hint: 'Give the prompt as plain text, or choose a chat template.',
    }),
  )
})
