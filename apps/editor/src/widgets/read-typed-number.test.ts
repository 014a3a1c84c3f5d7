import { expect, test } from 'vitest'
import { readTypedNumber, stepNumber } from './read-typed-number.ts'

test('A number is read with a comma or a point, an exponent, pasted spaces and digits of any script', () => {
  for (const text of ['0,5', '0.5', '.5', ',5', ' 0,5\u00a0', '5e-1', '５e-1', '٠٫٥', '०.५', '+0.5'])
    expect([text, readTypedNumber(text)]).toEqual([text, 0.5])
  for (const text of ['-1234.5', '\u22121 234,5', '-1.234,5', "-1'234.5", '–1234.5'])
    expect([text, readTypedNumber(text)]).toEqual([text, -1234.5])
  expect(readTypedNumber('7\n')).toBe(7)
})

test('What is no number, or could be two, is not read', () => {
  for (const text of ['', '-', 'abc', '1,500', '0,5,', '1..2', '5%', '1e999', 'Infinity', '0x10', '1 2'])
    expect([text, readTypedNumber(text)]).toEqual([text, undefined])
})

test('A whole number that would be rounded is not read', () => {
  expect(readTypedNumber('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
  expect(readTypedNumber('9007199254740993')).toBeUndefined()
})

test('Steps add up as on paper and stay within the range', () => {
  expect(stepNumber(0.7, 0.1, {})).toBe(0.8)
  expect(stepNumber(0.1, 0.2, {})).toBe(0.3)
  expect(stepNumber(0.75, -0.5, {})).toBe(0.25)
  expect(stepNumber(1e-7, 0.1, {})).toBe(0.1000001)
  expect(stepNumber(1.95, 0.1, { maximum: 2 })).toBe(2)
  expect(stepNumber(0, -1, { minimum: 0 })).toBe(0)
})
