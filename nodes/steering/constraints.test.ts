import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

const model = { type: 'loading/model', inputs: { file: 'fake.gguf' } }

/*
   shape ──► story ──► check
     └─────────────────┘
*/
test('an answer matches its constraint, ends when it is complete, and checks as a match', async () => {
  const { outputs } = await runGraph({
    model,
    shape: { type: 'steering/regex', inputs: { pattern: '(yes|no), [a-z]{3}!' } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Well?', seed: 1 },
      links: { model: ['model', 'model'], constraint: ['shape', 'constraint'] },
    },
    text: { type: 'output/preview', links: { value: ['story', 'text'] } },
    reason: { type: 'output/preview', links: { value: ['story', 'stopReason'] } },
    check: {
      type: 'steering/check',
      links: { text: ['story', 'text'], constraint: ['shape', 'constraint'] },
    },
  })
  expect(outputs['text']?.['value']).toMatch(/^(yes|no), [a-z]{3}!$/)
  expect(outputs['reason']).toEqual({ value: 'complete' })
  expect(outputs['check']).toEqual({ boolean: true, score: 1, problem: '' })
})

/*
   shape ──► story ──► check
     └─────────────────┘
*/
test('tokens that a grammar names are written, control tokens too, and a name that is none is an error', async () => {
  const write = (grammar: string, notation: string): ReturnType<typeof runGraph> =>
    runGraph({
      model,
      shape: { type: 'steering/grammar', inputs: { grammar, notation } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Well?', seed: 1 },
        links: { model: ['model', 'model'], constraint: ['shape', 'constraint'] },
      },
      text: { type: 'output/preview', links: { value: ['story', 'text'] } },
      reason: { type: 'output/preview', links: { value: ['story', 'stopReason'] } },
      check: {
        type: 'steering/check',
        links: { text: ['story', 'text'], constraint: ['shape', 'constraint'] },
      },
    })
  const gbnf = 'root ::= "so" <|im_start|> [a-c]{3} <|im_end|> <[33]> !<[33]>'
  const { outputs } = await write(gbnf, 'gbnf')
  expect(outputs['text']?.['value']).toMatch(/^so[a-c]{3}![^!]/)
  expect(outputs['reason']).toEqual({ value: 'complete' })
  expect(outputs['check']).toMatchObject({ boolean: true })
  const { errors } = await write('start: "a"\n  | <|im_begin|>', 'lark')
  expect(errors?.[0]).toMatchObject({
    code: 'invalid-input',
    input: 'constraint',
    message: expect.stringMatching(/<\|im_begin\|> is no token of this model.*line 2, column 5/) as string,
  })
})

/*
   schema ──► card
*/
test('an answer under a JSON schema is given parsed, and one cut short says that it is incomplete', async () => {
  const schema = { type: 'object', properties: { mood: { enum: ['glad', 'sad'] } }, required: ['mood'] }
  const card = (maxTokens: number): Record<string, unknown> => ({
    type: 'generation/generate',
    inputs: { prompt: 'A card!', seed: 1, maxTokens, finish: false },
    links: { model: ['model', 'model'], constraint: ['schema', 'constraint'] },
  })
  const { outputs } = await runGraph({
    model,
    schema: { type: 'steering/json-schema', inputs: { schema } },
    whole: card(100) as never,
    short: card(2) as never,
  })
  expect(outputs['whole']).toMatchObject({
    json: { mood: expect.stringMatching(/^(glad|sad)$/) as string },
    stopReason: 'complete',
  })
  expect(outputs['short']).toMatchObject({ json: null, stopReason: 'incomplete', tokens: 2 })
})

/*
   seeds ─┐
   form ──┴► written
*/
test('answers that would run on are ended in time, each of a sweep by itself, and say so', async () => {
  const written = (inputs: Record<string, unknown>): Record<string, unknown> => ({
    type: 'generation/generate',
    inputs: { prompt: 'A list!', ...inputs },
    links: { model: ['model', 'model'], constraint: ['form', 'constraint'], seed: ['seeds', 'seed'] },
  })
  const { outputs } = await runGraph({
    model,
    seeds: { type: 'matrix/seeds', inputs: { count: 6, seed: 3 } },
    form: {
      type: 'steering/json-schema',
      inputs: { schema: { type: 'array', items: { type: 'string' }, minItems: 2 } },
    },
    finished: written({ maxTokens: 24 }) as never,
    cut: written({ maxTokens: 24, finish: false }) as never,
    texts: { type: 'matrix/grid', links: { values: ['finished', 'json'] } },
    reasons: { type: 'matrix/grid', links: { values: ['finished', 'stopReason'] } },
    others: { type: 'matrix/grid', links: { values: ['cut', 'stopReason'] } },
  })
  const cells = (name: string): unknown[] =>
    (outputs[name]!['values'] as { cells: { value: unknown }[] }).cells.map(({ value }) => value)
  expect(cells('texts').every((value) => Array.isArray(value) && value.length >= 2)).toBe(true)
  expect(new Set(cells('reasons'))).toEqual(new Set(['finished']))
  expect(cells('others')).toContain('incomplete')
})

test('a budget that the shortest answer does not fit in is refused with both numbers, not a token more', async () => {
  const ask = async (maxTokens: number): Promise<unknown> => {
    const { outputs, errors } = await runGraph({
      model,
      form: { type: 'steering/regex', inputs: { pattern: '\\([a-z]{6}\\)+' } },
      written: {
        type: 'generation/generate',
        inputs: { prompt: 'Well?', seed: 1, maxTokens },
        links: { model: ['model', 'model'], constraint: ['form', 'constraint'] },
      },
    })
    return errors?.[0] ?? outputs['written']
  }
  const refused = (await ask(1)) as { code: string; message: string }
  expect(refused).toMatchObject({
    code: 'too-few-tokens',
    message: expect.stringMatching(/maxTokens is 1/) as string,
  })
  const shortest = Number(/takes (\d+) tokens/.exec(refused.message)?.[1])
  expect(await ask(shortest - 1)).toMatchObject({ code: 'too-few-tokens' })
  expect(await ask(shortest)).toMatchObject({ text: expect.stringMatching(/^\([a-z]{6}\)+$/) as string })
})

/*
   words ─┐
   form ──┴► written
*/
test('words that must never come are no way to an end', async () => {
  const { outputs } = await runGraph({
    model,
    seeds: { type: 'matrix/seeds', inputs: { count: 4, seed: 3 } },
    form: {
      type: 'steering/json-schema',
      inputs: { schema: { type: 'array', items: { enum: ['true', 'false, but long'] }, minItems: 2 } },
    },
    words: { type: 'steering/logit-bias', inputs: { words: 'true: never' } },
    written: {
      type: 'generation/generate',
      inputs: { prompt: 'Well?', maxTokens: 60 },
      links: {
        model: ['model', 'model'],
        constraint: ['form', 'constraint'],
        sampler: ['words', 'sampler'],
        seed: ['seeds', 'seed'],
      },
    },
    texts: { type: 'matrix/grid', links: { values: ['written', 'json'] } },
  })
  const { cells } = outputs['texts']!['values'] as { cells: { value: unknown }[] }
  for (const { value } of cells) {
    expect(Array.isArray(value)).toBe(true)
    expect(new Set(value as string[])).toEqual(new Set(['false, but long']))
  }
})

test('what is wrong with a constraint is said before anything is generated, with its place', async () => {
  expect(await runNode('steering/regex', { pattern: 'a(?=b)c' })).toMatchObject({
    code: 'invalid-input',
    input: 'pattern',
  })
  expect(await runNode('steering/regex', { pattern: '(a' })).toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/position 2/) as string,
    where: { position: 2 },
  })
  expect(await runNode('steering/grammar', { grammar: 'root ::= "a"\nb ::= ::= "c"' })).toMatchObject({
    code: 'invalid-input',
    input: 'grammar',
    message: expect.stringMatching(/line 2, column 7/) as string,
    where: { line: 2, column: 7 },
  })
  expect(await runNode('steering/grammar', { grammar: 'start: "a', notation: 'lark' })).toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/line 1, column 8/) as string,
    where: { line: 1, column: 8 },
  })
  expect(await runNode('steering/json-schema', { schema: { type: 'strnig' } })).toMatchObject({
    code: 'invalid-input',
    input: 'schema',
    where: { path: '#/type' },
  })
})

test('what is wrong inside a line, a path or a configuration has its place, too', async () => {
  expect(await runNode('steering/logit-bias', { words: 'moon: 3\nstar: much' })).toMatchObject({
    where: { line: 2 },
  })
  expect(await runNode('text/json-path', { json: {}, path: '$.a[' })).toMatchObject({
    input: 'path',
    where: { position: expect.any(Number) as number },
  })
  expect(
    await runNode('merging/mergekit', { config: 'merge_method: linear\nmodels:\n  - modle: a' }),
  ).toMatchObject({
    where: { line: 3 },
  })
})

test('a text that does not match says where', async () => {
  const constraint = { kind: 'gbnf', text: 'root ::= "a\\n" [b-c]+' }
  expect(await runNode('steering/check', { text: 'a\nbxc', constraint })).toEqual({
    boolean: false,
    score: 0,
    problem: '“x” at line 2, column 2 cannot stand there.',
  })
  expect(await runNode('steering/check', { text: 'a\n', constraint })).toMatchObject({
    boolean: false,
    problem: 'The text ends too early: something must follow.',
  })
})
