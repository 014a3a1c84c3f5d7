import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

test('JSON is read, in a code block too', async () => {
  const expected = { boolean: true, score: 1, json: { a: 1 }, problem: '' }
  expect(await runNode('evaluate/json-valid', { text: ' {"a": 1}\n' })).toEqual(expected)
  expect(await runNode('evaluate/json-valid', { text: '```json\n{"a": 1}\n```' })).toEqual(expected)
})

test('what is no JSON says why, and does not fail', async () => {
  expect(await runNode('evaluate/json-valid', { text: '{"a": 1,}' })).toEqual({
    boolean: false,
    score: 0,
    json: null,
    problem: expect.stringContaining('JSON at position 8') as string,
  })
  const large = { boolean: false, json: null, problem: 'a number in it is too large' }
  expect(await runNode('evaluate/json-valid', { text: '[-1e999]' })).toMatchObject(large)
  const exact = { text: `{"a": ${'9'.repeat(400)}}`, codeBlock: false }
  expect(await runNode('evaluate/json-valid', exact)).toMatchObject(large)
  const block = { text: '```\n1\n```', codeBlock: false }
  expect(await runNode('evaluate/json-valid', block)).toMatchObject({ boolean: false })
})
