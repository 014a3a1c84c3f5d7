import { expect, test } from 'vitest'
import { showBytes } from './show-bytes.ts'

test('a token that is text reads as that text, one that is part of a character by its bytes', () => {
  expect(showBytes(new TextEncoder().encode(' sea 🌊'))).toBe(' sea 🌊')
  expect(showBytes(Uint8Array.of(0x20, 0xf0, 0x9f))).toBe(' <0xF0><0x9F>')
})
