import type { Json, LabelledValue } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

async function people(text: string): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    table: { type: 'matrix/rows', inputs: { text } },
    line: {
      type: 'text/template',
      inputs: { template: '{{name}} is {{age}}' },
      links: { name: ['table', 'name'], age: ['table', 'age'] },
    },
    all: { type: 'matrix/join', links: { values: ['line', 'text'] } },
  })
  return outputs['all']?.['list'] ?? errors[0]?.message
}

const expected = ['Ann is 7', 'Ben, junior is 8']

test('columns of one table align, whether it is CSV, TSV or JSONL', async () => {
  expect(await people('name,age\r\nAnn,7\r\n"Ben, junior",8\r\n')).toEqual(expected)
  expect(await people('name\tage\nAnn\t7\nBen, junior\t8')).toEqual(expected)
  expect(await people('{"name": "Ann", "age": 7}\n{"name": "Ben, junior", "age": 8}')).toEqual(expected)
})

test('quotes, line breaks inside them and empty lines are read as CSV has them', async () => {
  expect(await people('name,age\n"An ""n""\nX",7\n\n')).toEqual(['An "n"\nX is 7'])
})

test('a column that is not there names those that are', async () => {
  const { errors } = await runGraph({
    table: { type: 'matrix/rows', inputs: { text: 'name,age\nAnn,7' } },
    line: { type: 'text/template', inputs: { template: '{{x}}' }, links: { x: ['table', 'height'] } },
  })
  expect(errors).toEqual([
    {
      code: 'unknown-output',
      message: '`table` gave no output `height`.',
      node: 'line',
      input: 'x',
      at: { table: 0 },
      hint: 'It has `row`, `name`, `age`.',
    },
  ])
})

test('tables that cannot be read say why', async () => {
  expect(await people('')).toBe('There are no rows.')
  expect(await people('name,name\na,b')).toBe('Two columns are called “name”.')
  expect(await people('name,age\nAnn,7,8')).toBe('Row 0, in line 2, has 3 fields, the header 2.')
  expect(await people('name,age,\nAnn,7,8')).toMatch('Column 3 has no name')
  expect(await people('name,age\n"Ann')).toMatch('in line 2')
  expect(await people('{"name": "Ann"}\n{oops}')).toBe('Row 1, in line 2, is not JSON.')
})

async function rowsOf(text: string, inputs: Record<string, Json> = {}): Promise<unknown> {
  const result = await runNode('matrix/rows', { text, ...inputs })
  const { row } = result as { row?: LabelledValue }
  return row === undefined ? result : row.axes[0]?.values
}

describe('a field of CSV is a number', () => {
  test('where every field of its column prints the same as one and none is in quotes', async () => {
    expect(await rowsOf('a,b\n1,-0.5\n 20 ,3\n,\n')).toEqual([
      { a: 1, b: -0.5 },
      { a: 20, b: 3 },
      { a: '', b: '' },
    ])
    expect(await rowsOf('a,b\n"1",1\n2,x\n')).toEqual([
      { a: '1', b: '1' },
      { a: '2', b: 'x' },
    ])
  })

  test.each([
    '01069',
    '12345678901234567890',
    '1e5',
    '+3',
    '0x10',
    '1_000',
    'Infinity',
    'NaN',
    '1.0',
    '.5',
    '-0',
  ])('but %s stays text', async (text) => {
    expect(await rowsOf(`a\n${text}\n`)).toEqual([{ a: text }])
  })

  test('or what `type` says', async () => {
    expect(await rowsOf('a\n007\n', { type: 'text' })).toEqual([{ a: '007' }])
    expect(await rowsOf('a;b\n007;1,5\n;2\n', { type: 'number' })).toEqual([
      { a: 7, b: 1.5 },
      { a: null, b: 2 },
    ])
    expect(await rowsOf('a\nYES\n0\n', { type: 'boolean' })).toEqual([{ a: true }, { a: false }])
    expect(await rowsOf('{"a":5,"b":"x"}', { type: 'text' })).toEqual([{ a: '5', b: 'x' }])
    expect(await rowsOf('a\n1\nx\n', { type: 'number' })).toMatchObject({
      message: 'Row 1, in line 3: “a” must be a number, is "x".',
    })
    expect(await rowsOf('{"a":true}', { type: 'number' })).toMatchObject({ code: 'invalid-input' })
  })
})

test('the delimiter may be said', async () => {
  expect(await rowsOf('a|b\n1|x\n', { delimiter: 'pipe' })).toEqual([{ a: 1, b: 'x' }])
  expect(await rowsOf('a\n', { delimiter: 'xx' })).toMatchObject({
    code: 'invalid-input',
    input: 'delimiter',
  })
})
