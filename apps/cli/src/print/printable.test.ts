import { expect, test } from 'vitest'
import { jsonText } from './json-text.ts'
import { printable } from './print-issues.ts'

test('control characters are shown, and lines and tabs stay', () => {
  expect(printable('a\u001b]52;c;x\u0007\tb\r\nc\rd\u007f\u009b31m')).toBe('a␛]52;c;x␇\tb\nc␍d␡\\x9b31m')
})

test('JSON holds no character that commands a terminal, and says the same', () => {
  const value = { 'a\u009b': ['\u001b]0;x\u0007', '\u007f\u0085 é 日 \\u009b'] }
  const text = jsonText(value, 2)
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(JSON.parse(text)).toEqual(value)
  expect(text.split('\n')).toHaveLength(6)
})
