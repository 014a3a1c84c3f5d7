import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

test.each([
  ['any', 'as it is', 'as it is'],
  ['any', [1, 2], [1, 2]],
  ['text', { a: 1 }, '{"a":1}'],
  ['number', '0.5', 0.5],
  ['number', 3, 3],
  ['number', '1,234.5', 1_234.5],
  ['boolean', 'true', true],
  ['boolean', 'YES', true],
  ['boolean', '0', false],
  ['json', '["a"]', ['a']],
])('an input of type %s reads %j as %j', async (type, value, read) => {
  expect(await runNode('api/input', { name: 'x', type, value })).toEqual({ value: read })
})

test.each([
  ['number', 'many', '“x” must be a number, is "many".'],
  ['number', true, '“x” must be a number, is true.'],
  ['boolean', '2', '“x” must be true or false, is "2".'],
  ['json', '{', '“x” must be JSON, is "{".'],
])('an input of type %s refuses %j', async (type, value, message) => {
  expect(await runNode('api/input', { name: 'x', type, value })).toMatchObject({
    code: 'invalid-input',
    message,
    input: 'value',
  })
})

test('an output gives back what it is given', async () => {
  const { outputs } = await runGraph({
    in: { type: 'api/input', inputs: { value: 'hello' } },
    out: { type: 'api/output', inputs: { name: 'answer' }, links: { value: ['in', 'value'] } },
  })
  expect(outputs).toEqual({ out: { value: 'hello' } })
})
