import { expect, test } from 'vitest'
import { parseValues } from './parse-values.ts'

test.each<[string, unknown[]]>([
  ['0.2, 0.9', [0.2, 0.9]],
  // the first eight as in AUTOMATIC1111's X/Y/Z plot, the others where it has no answer or a worse one
  ['1-5', [1, 2, 3, 4, 5]],
  ['10-5 (-3)', [10, 7]],
  ['1,2,5', [1, 2, 5]],
  ['0.5-1.5 (+0.25)', [0.5, 0.75, 1, 1.25, 1.5]],
  ['0.0-1.0 [3]', [0, 0.5, 1]],
  ['-1-1 [3]', [-1, 0, 1]],
  ['a,"b, c",d', ['a', 'b, c', 'd']],
  ['1-10 [5]', [1, 3, 5, 7, 10]],
  ['1-5 (+2)', [1, 3, 5]],
  ['1-6 (+2)', [1, 3, 5]],
  ['5-1', [5, 4, 3, 2, 1]],
  ['5-1 (-2)', [5, 3, 1]],
  ['-2-2', [-2, -1, 0, 1, 2]],
  ['0-1 (+0.1)', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
  ['0.2-0.9 (+0.3)', [0.2, 0.5, 0.8]],
  ['1, 3-5, 10', [1, 3, 4, 5, 10]],
  ['1e-3, .5', [0.001, 0.5]],
  ['a, 1-5', ['a', '1-5']],
  ['happy, "sad, but brave"', ['happy', 'sad, but brave']],
  ['one, two\nthree', ['one, two', 'three']],
  ['["a", 1, null]', ['a', 1, null]],
  ['2024-01-05', ['2024-01-05']],
])('%j is read as %j', (text, values) => {
  expect(parseValues(text, 'auto')).toEqual(values)
})

test('a type says how values are read', () => {
  expect(parseValues('1, 2', 'text')).toEqual(['1', '2'])
  expect(parseValues('1-3', 'text')).toEqual(['1-3'])
  expect(parseValues('yes, no, true', 'boolean')).toEqual([true, false, true])
  expect(parseValues('{"a": 1}\n[2]', 'json')).toEqual([{ a: 1 }, [2]])
  expect(parseValues(['1', 2], 'integer')).toEqual([1, 2])
})

test.each<[string, 'auto' | 'number' | 'integer' | 'boolean', string]>([
  ['', 'auto', 'has no values'],
  ['1, two', 'number', 'contains "two", which is not a number'],
  ['1.5', 'integer', 'contains 1.5, which is not a whole number'],
  ['maybe', 'boolean', 'contains "maybe", which is neither true nor false'],
  ['1-5 (+0)', 'auto', 'has a range with step 0'],
  ['1-1000000', 'auto', 'has a range of 1000000 values'],
])('%j as %s is refused: it %s', (text, type, problem) => {
  expect(() => parseValues(text, type)).toThrow(`The list of values ${problem}.`)
})
