import { expect, test } from 'vitest'
import type { Json } from '../json/json.ts'
import type { PortType } from '../types/ports.ts'
import { readValues, type ValueType } from './read-values.ts'

const valuesOf = (values: Json, type: ValueType = 'auto', reached: PortType[] = []): Json[] =>
  readValues(values, type, reached).values
const codesOf = (values: Json, type: ValueType = 'auto', reached: PortType[] = []): string[] =>
  readValues(values, type, reached).warnings.map(({ code }) => code)

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
  ['1e-7, 0.5', [1e-7, 0.5]],
  ['a, 1-5', ['a', '1-5']],
  ['happy, "sad, but brave"', ['happy', 'sad, but brave']],
  ['one, two\nthree', ['one, two', 'three']],
  ['["a", 1, null]', ['a', 1, null]],
  ['2024-01-05', ['2024-01-05']],
])('%j is read as %j', (text, values) => {
  expect(valuesOf(text)).toEqual(values)
})

test('a type says how values are read [W42]', () => {
  expect(valuesOf('1, 2', 'text')).toEqual(['1', '2'])
  expect(valuesOf('1-3', 'text')).toEqual(['1-3'])
  expect(valuesOf('yes, no, true', 'boolean')).toEqual([true, false, true])
  expect(valuesOf('{"a": 1}\n[2]', 'json')).toEqual([{ a: 1 }, [2]])
  expect(valuesOf(['1', 2], 'integer')).toEqual([1, 2])
})

test.each<[string, 'auto' | 'number' | 'integer' | 'boolean', string]>([
  ['', 'auto', 'has no values'],
  ['1, two', 'number', 'contains "two", which is not a number'],
  ['1.5', 'integer', 'contains 1.5, which is not a whole number'],
  ['maybe', 'boolean', 'contains "maybe", which is neither true nor false'],
  ['1-5 (+0)', 'auto', 'has a range with step 0'],
  ['1-1000000', 'number', 'has “1-1000000”, which would be a range of 1000000 values'],
  ['1-1000000 (+1)', 'auto', 'comes to 1000000 values'],
  [Array.from({ length: 2000 }, () => '1-10000 (+1)').join(), 'auto', 'comes to 20000000 values'],
])('%j as %s is refused: it %s', (text, type, problem) => {
  expect(() => valuesOf(text, type)).toThrow(`The list of values ${problem}.`)
})

test.each<[string, PortType[], unknown[]]>([
  ['0-1 [5]', ['number'], [0, 0.25, 0.5, 0.75, 1]],
  ['0-1 [5]', ['integer'], [0, 0, 0, 0, 1]],
  ['1-10 [5]', ['integer'], [1, 3, 5, 7, 10]],
  ['1-10 [5]', ['integer', 'number'], [1, 3.25, 5.5, 7.75, 10]],
  ['1-10 [5]', ['any', 'text'], [1, 3, 5, 7, 10]],
  ['0-1 [5]', ['any', 'text'], [0, 0.25, 0.5, 0.75, 1]],
  ['0-1 [5]', ['integer', 'text'], [0, 0, 0, 0, 1]],
  ['-1-1 [5]', [], [-1, -0.5, 0, 0.5, 1]],
  ['10-1 [5]', [], [10, 7, 5, 3, 1]],
  ['0.20, 0.90', ['number'], [0.2, 0.9]],
  ['0.20, 0.90', ['number', 'text'], [0.2, 0.9]],
  ['0.20, 0.90', ['text'], ['0.20', '0.90']],
  ['007, 1e2, +3, .5', ['number'], [7, 100, 3, 0.5]],
  ['true, no', ['boolean'], [true, false]],
  ['true, no', ['boolean', 'text'], ['true', 'no']],
  ['1, 2', ['file'], ['1', '2']],
  ['1-3', ['messages'], ['1-3']],
])('%j wired to inputs that take %j is %j', (text, reached, values) => {
  expect(valuesOf(text, 'auto', reached)).toEqual(values)
})

test.each<[string, ValueType, unknown[]]>([
  ['0-1 [5]', 'number', [0, 0.25, 0.5, 0.75, 1]],
  ['0-1 [5]', 'integer', [0, 0, 0, 0, 1]],
  ['01, 02', 'integer', [1, 2]],
])('%j as %s is %j, whatever it is wired to', (text, type, values) => {
  expect(valuesOf(text, type, ['text'])).toEqual(values)
  expect(valuesOf(text, type, ['number'])).toEqual(values)
})

test.each([
  '2024-05',
  '2024-05-01',
  '555-1234',
  '01',
  '12345678901234567890',
  '1-2-3',
  '10.0.0.1',
  '+49 30 1234',
  '+4930123456',
  '030-123456',
  '1.10',
  '1e5',
  '1.0-2.0',
  '0x10',
  '12:30',
  '٣',
  '1_000',
])('the date or code %s stays as it is, and so do numbers beside it', (code) => {
  expect(valuesOf(code)).toEqual([code])
  expect(valuesOf(`7, ${code}, 1-3`)).toEqual(['7', code, '1-3'])
})

test('quotes make text of a number, and what is in them is kept to the letter [W43]', () => {
  expect(valuesOf('"7", "1-3"')).toEqual(['7', '1-3'])
  expect(valuesOf('7, "8"')).toEqual(['7', '8'])
  expect(valuesOf('" a ", "say ""hi""", ""')).toEqual([' a ', 'say "hi"', ''])
  expect(valuesOf('She said "hello, you", 5" nails')).toEqual(['She said "hello', 'you"', '5" nails'])
})

test('a range of more than a hundred values is one where its step or its count is written [W44]', () => {
  expect(valuesOf('1-100')).toHaveLength(100)
  expect(valuesOf('1-500 (+1)')).toHaveLength(500)
  expect(valuesOf('1-500 [500]')).toHaveLength(500)
  expect(readValues('7, 1-101', 'auto')).toEqual({
    values: ['7', '1-101'],
    warnings: [
      {
        code: 'range-as-text',
        message: '“1-101” is kept as text: as a range it would be 101 values.',
        hint: 'Write 1-101 (+1) for the range, or "1-101" in quotes for the text.',
        from: 3,
        to: 8,
        numbers: { values: 101 },
      },
    ],
  })
  expect(codesOf('"555-1234"')).toEqual([])
  expect(codesOf('2024-05')).toEqual([])
  expect(() => valuesOf('1-101', 'auto', ['integer'])).toThrow('which would be a range of 101 values')
})

test('values that occur more than once are told, however they came about [W45]', () => {
  expect(readValues('0-1 [5]', 'integer').warnings).toEqual([
    {
      code: 'repeated-values',
      message: 'Values occur more than once: 0 4 times.',
      hint: expect.any(String) as string,
      numbers: { values: 5, different: 2 },
    },
  ])
  expect(codesOf('a, b, a')).toEqual(['repeated-values'])
  expect(codesOf([{ a: 1 }, { a: 1 }])).toEqual(['repeated-values'])
  expect(codesOf('1-3, 2')).toEqual(['repeated-values'])
  expect(codesOf('1, "1"')).toEqual(['repeated-values'])
  expect(codesOf([1, '1'])).toEqual([])
})

test.each([
  ['digits', `${'1'.repeat(200_000)}x`],
  ['quotes', '"a""'.repeat(50_000)],
  ['spaces', ' '.repeat(200_000) + '"'],
  ['minuses', '1-'.repeat(100_000)],
])(
  'a list of a hundred thousand %s is read in one go: tried again from each, it would take minutes',
  (_, text) => {
    expect(valuesOf(text, 'auto', ['number']).length).toBeGreaterThan(0)
  },
)
