import type { Json, LearntText } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'
import { examplesOf, type DatasetValue } from './dataset/dataset-value.ts'

const model = { kind: 'file', file: 'base.gguf', adapters: [] }

const dataset = (inputs: Record<string, Json>): ReturnType<typeof runNode> =>
  runNode('lora/dataset', { model, ...inputs })

const jsonl = (...rows: Json[]): string => rows.map((row) => JSON.stringify(row)).join('\n')

describe('what is learnt stands in brackets', () => {
  test.each<[string, Record<string, Json>, RegExp[]]>([
    ['of lines all, and that they end', { text: 'One.\n\nTwo words.' }, [/⟦ne\.|⟦One\./, /wo words\./]],
    [
      'of prompts the completion',
      { text: jsonl({ prompt: 'Sea? ', completion: 'Blue.' }) },
      [/^[^⟦]*Sea\? ⟦Blue\./],
    ],
    [
      'of a chat the answers, and that they end',
      {
        text: jsonl({
          messages: [
            { role: 'user', content: 'Hi' },
            { role: 'assistant', content: 'Hello' },
            { role: 'user', content: 'Bye' },
            { role: 'assistant', content: 'Farewell' },
          ],
        }),
        template: 'chatml',
      },
      [/Hi[^⟦]*⟦Hello[^⟧]*⟧[^⟦]*Bye[^⟦]*⟦Farewell[^⟧]*⟧$/],
    ],
    [
      'of ShareGPT’s words the same',
      {
        text: jsonl({
          conversations: [
            { from: 'human', value: 'Hi' },
            { from: 'gpt', value: 'Hello' },
          ],
        }),
        template: 'chatml',
      },
      [/Hi[^⟦]*⟦Hello[^⟧]*⟧$/],
    ],
    [
      'of instructions the output',
      { text: jsonl({ instruction: 'Sum up.', input: 'A tale.', output: 'Short.' }), template: 'chatml' },
      [/Sum up\.\n\nA tale\.[^⟦]*⟦Short\.[^⟧]*⟧$/],
    ],
    [
      'of CSV its columns',
      { text: 'prompt,completion\n"Sea, ",Blue\n', format: 'completion' },
      [/^[^⟦]*Sea, ⟦Blue/],
    ],
    [
      'of a JSON list its objects',
      { text: JSON.stringify([{ prompt: 'Sea? ', completion: 'Blue.' }], null, 2) },
      [/^[^⟦]*Sea\? ⟦Blue\./],
    ],
    [
      'of a JSON list of turns the answers of one conversation',
      {
        text: JSON.stringify([
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
        ]),
        template: 'chatml',
      },
      [/Hi[^⟦]*⟦Hello[^⟧]*⟧$/],
    ],
    [
      'and everything where that is wanted',
      { text: jsonl({ prompt: 'Sea? ', completion: 'Blue.' }), trainOn: 'all' },
      [/⟦ea\? Blue\.|⟦Sea\? Blue\./],
    ],
  ])('%s', async (_, inputs, patterns) => {
    const found = await dataset(inputs)
    expect(found).toHaveProperty('preview')
    for (const pattern of patterns) expect((found as { preview: string }).preview).toMatch(pattern)
  })
})

test('a weight counts for the whole row, and what is only read counts nothing', async () => {
  const found = await dataset({ text: jsonl({ prompt: 'Sea? ', completion: 'Blue.', weight: 2.5 }) })
  const [example] = examplesOf((found as unknown as { dataset: DatasetValue }).dataset)
  expect(new Set(example!.weights)).toEqual(new Set([0, 2.5]))
  expect(found).toMatchObject({ examples: 1, tokens: example!.tokens.length })
})

/*
   topics (2) ──► lines ──► dataset, over all of them
*/
test('rows come from other nodes, over all axes: texts, objects and tables', async () => {
  const { outputs } = await runGraph({
    texts: {
      type: 'matrix/axis',
      inputs: { values: ['One line.', { prompt: 'A', completion: 'B' }] as Json[] },
    },
    data: { type: 'lora/dataset', inputs: { model }, links: { rows: ['texts', 'value'] } },
  })
  expect(outputs['data']).toMatchObject({ examples: 2 })
})

test.each<[string, Record<string, Json>, object]>([
  ['nothing', {}, { code: 'missing-input', input: 'text' }],
  [
    'an empty completion',
    { text: jsonl({ prompt: 'A', completion: 'B' }, { prompt: 'A', completion: ' ' }) },
    { code: 'invalid-input', message: 'Line 2 is empty.' },
  ],
  [
    'a row of other fields',
    { text: jsonl({ question: 'A', answer: 'B' }) },
    { message: 'Line 1 has nothing that a dataset is made of: it has “question”, “answer”.' },
  ],
  [
    'a row of another format',
    { text: jsonl({ text: 'A' }), format: 'chat' },
    { message: expect.stringContaining('the format “chat”') as string },
  ],
  [
    'rows that are too long',
    { text: 'short\nA line that has far more tokens than eight of them.', cutoff: 8 },
    {
      code: 'invalid-input',
      input: 'cutoff',
      message: expect.stringMatching(/^Examples are longer than 8 tokens: Line 2 \(\d+\)\.$/) as string,
    },
  ],
  [
    'a row that is longer than the model itself reads',
    { text: `short\n${'x'.repeat(3_000)}`, cutoff: 4_000 },
    { code: 'invalid-input', message: 'Examples are longer than 2048 tokens: Line 2.' },
  ],
  [
    'a chat in which nobody answers',
    { text: jsonl({ messages: [{ role: 'user', content: 'Hi' }] }) },
    { message: 'Nobody answers in the conversation of Line 1.' },
  ],
  [
    'a turn of nobody',
    { text: jsonl({ messages: [{ role: 'dog', content: 'Woof' }] }) },
    { message: 'Turn 1 of Line 1 is no turn of a conversation.' },
  ],
  ['a weight of nothing', { text: jsonl({ text: 'A', weight: 0 }) }, { message: 'Line 1 counts 0.' }],
  ['broken JSONL', { text: '{"text": "A"}\n{"text": ' }, { code: 'invalid-input', input: 'text' }],
  [
    'a template that cannot be rendered',
    { text: jsonl({ prompt: 'A', completion: 'B' }), format: 'chat', template: 'custom', jinja: '{{ oops' },
    {
      code: 'invalid-chat-template',
      input: 'template',
      message: expect.stringMatching(/^Line 1: /) as string,
    },
  ],
])('%s is refused, and says where', async (_, inputs, error) => {
  expect(await dataset(inputs)).toMatchObject(error)
})

test('what is learnt is told in parts that say what each counts, of the first examples, the longest cut', async () => {
  const found = await dataset({
    text: jsonl(
      { prompt: 'Sea? ', completion: 'Blue.', weight: 2 },
      { prompt: 'Sky? ', completion: 'Blue.' },
      ...Array.from({ length: 150 }, () => ({ text: 'x'.repeat(2_040) })),
    ),
    cutoff: 2_048,
  })
  const { shading } = found as unknown as { shading: LearntText }
  const [first, second, long] = shading.examples
  expect(first).toMatchObject({ name: 'Line 1', cut: 0 })
  expect(first!.runs.map(({ weight }) => weight)).toEqual([0, 2])
  expect(first!.runs.at(-1)!.text).toMatch(/^Blue\./)
  expect(second!.runs.map(({ weight }) => weight)).toEqual([0, 1])
  expect(long!.cut).toBeGreaterThan(0)
  expect(shading.examples.reduce((sum, { tokens, cut }) => sum + tokens - cut, 0)).toBeLessThan(20_000)
  expect(shading.examples.length + shading.more).toBe(152)
})
