import { expect, test } from 'vitest'
import { printable } from './print-issues.ts'

test('control characters are shown, and lines and tabs stay', () => {
  expect(printable('a\u001b]52;c;x\u0007\tb\r\nc\rd\u007f\u009b31m')).toBe('a␛]52;c;x␇\tb\nc␍d␡\\x9b31m')
})
