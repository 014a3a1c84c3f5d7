import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

const model = { type: 'loading/model', inputs: { file: 'fake.gguf' } }

/*
   form ──► written ──► check
     └────────────────────┘
*/
async function write(
  form: { type: string; inputs: Record<string, unknown> },
  more: Record<string, unknown> = {},
): Promise<Record<string, Record<string, unknown> | undefined>> {
  const { outputs, errors } = await runGraph({
    model,
    form: form as never,
    written: {
      type: 'generation/generate',
      inputs: { prompt: 'Well?', seed: 1, maxTokens: 80, ...more } as never,
      links: { model: ['model', 'model'], constraint: ['form', 'constraint'] },
    },
    ...Object.fromEntries(
      ['text', 'json', 'stopReason'].map((name) => [
        name,
        { type: 'output/preview', links: { value: ['written', name] } },
      ]),
    ),
    check: {
      type: 'steering/check',
      links: { text: ['written', 'text'], constraint: ['form', 'constraint'] },
    },
  })
  const written = Object.fromEntries(
    ['text', 'json', 'stopReason'].map((name) => [name, outputs[name]?.['value']]),
  )
  return { written, check: outputs['check'], error: errors?.[0] as never }
}

const schema = { type: 'object', properties: { mood: { enum: ['glad', 'sad'] } }, required: ['mood'] }

test('after a text, the answer is free before it and in form behind it, and JSON is what follows', async () => {
  const { written, check } = await write({
    type: 'steering/json-schema',
    inputs: { schema, starts: 'after text', after: 'Answer:' },
  })
  expect(written!['text']).toMatch(/Answer:\s*\{"mood":"(glad|sad)"\}$/)
  expect(written!['json']).toEqual({ mood: expect.stringMatching(/glad|sad/) as string })
  expect(written!['stopReason']).toBe('finished')
  expect(check).toMatchObject({ boolean: true })
})

test('a text that never comes is written in time, or the answer says that it is incomplete', async () => {
  const form = {
    type: 'steering/regex',
    inputs: { pattern: '[0-9]{3}', starts: 'after text', after: 'So the number is' },
  }
  expect((await write(form, { finish: false }))['written']).toMatchObject({
    stopReason: 'incomplete',
    json: null,
  })
  expect((await write(form))['written']!['text']).toMatch(/So the number is\s*\d{3}$/)
})

test('a start without a text, a token that is none and a model without thinking tags are errors', async () => {
  const inputs = { pattern: 'a', starts: 'after text' }
  expect(await runNode('steering/regex', inputs)).toMatchObject({ code: 'invalid-input', input: 'after' })
  const token = {
    type: 'steering/regex',
    inputs: { pattern: 'a', starts: 'after token', after: 'no such token at all' },
  }
  expect((await write(token))['error']).toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/no token/) as string,
  })
  const thinking = { type: 'steering/regex', inputs: { pattern: 'a', starts: 'after thinking' } }
  expect((await write(thinking))['error']).toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/thinks/) as string,
  })
})

test('after a token the answer is in form, whatever was written before', async () => {
  const form = { type: 'steering/regex', inputs: { pattern: '[0-9]{3}', starts: 'after token', after: '!' } }
  const { written } = await write(form)
  expect(written!['text']).toMatch(/!\s*\d{3}$/)
})

test('constraints hold in turns of free text, several of them, as often as they come', async () => {
  const { outputs } = await runGraph({
    number: { type: 'steering/regex', inputs: { pattern: '[0-9]+' } },
    word: { type: 'steering/regex', inputs: { pattern: '[a-z]+' } },
    words: {
      type: 'steering/turns',
      inputs: { opens: '<word>', closes: '</word>' },
      links: { constraint: ['word', 'constraint'] },
    },
    both: {
      type: 'steering/turns',
      inputs: { opens: '<n>', closes: '</n>', required: true },
      links: { constraint: ['number', 'constraint'], more: ['words', 'constraint'] },
    },
    out: { type: 'output/preview', links: { value: ['both', 'constraint'] } },
  })
  const constraint = outputs['out']!['value']
  const matches = async (text: string): Promise<unknown> =>
    ((await runNode('steering/check', { text, constraint })) as { boolean: boolean }).boolean
  expect(await matches('free <n>12</n> and <word>a</word> <n>3</n> <<n>4</n>…')).toBe(true)
  expect(await matches('free <n>12</n> <n>x</n>')).toBe(false)
  expect(await matches('free <n>12')).toBe(false)
  expect(await matches('free, without any')).toBe(false)
  expect(await matches('only <word>a</word>')).toBe(true)
})
