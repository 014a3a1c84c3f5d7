import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

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
  expect(await people('{"name": "Ann"}\n{oops}')).toBe('Line 2 is not JSON.')
})
