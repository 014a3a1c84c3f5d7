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
  const block = { text: '```\n1\n```', codeBlock: false }
  expect(await runNode('evaluate/json-valid', block)).toMatchObject({ boolean: false })
})
