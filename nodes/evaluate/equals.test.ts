import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const equals = async (text: string, expected: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  await runNode('evaluate/equals', { text, expected, ...more })

test.each<[string, string, Record<string, unknown>, boolean]>([
  ['yes', ' yes\n', {}, true],
  ['a  b', 'a b', {}, true],
  ['yes', 'Yes', {}, false],
  ['yes', 'Yes', { ignoreCase: true }, true],
  ['yes', ' yes', { ignoreSpaces: false }, false],
  ['e\u0301', 'é', {}, true],
])('%j and %j with %j: %j', async (text, expected, options, boolean) => {
  expect(await equals(text, expected, options)).toEqual({ boolean, score: boolean ? 1 : 0 })
})
