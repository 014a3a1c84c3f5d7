import { expect, test } from 'vitest'
import { asAxisValues } from './sweep-input.ts'

test('A value is written plainly where an axis reads it back as that one value, else as a list', () => {
  expect(
    [0.7, true, 'a happy story', 'red, green', '1-5', 'two\nlines', ['a'], undefined].map(asAxisValues),
  ).toEqual(['0.7', 'true', 'a happy story', ['red, green'], ['1-5'], ['two\nlines'], [['a']], ''])
})
