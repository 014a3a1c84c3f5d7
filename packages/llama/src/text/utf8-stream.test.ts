import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Utf8Stream } from './utf8-stream.ts'

const pieces = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

const stream = (chunks: readonly Uint8Array[]): string => {
  const utf8 = new Utf8Stream()
  const text = chunks.map((chunk) => utf8.push(chunk)).join('')
  utf8.end()
  return text
}

test('a character cut at any byte comes out whole and at once', () => {
  const utf8 = new Utf8Stream()
  const [a, b, c, d] = new TextEncoder().encode('🧶')
  const texts = [a, b, c, d].map((byte) => utf8.push(Uint8Array.of(byte ?? 0)))
  expect(texts).toEqual(['', '', '', '🧶'])
})

test('bytes that are no UTF-8 become U+FFFD and what follows is read on', () => {
  expect(stream([Uint8Array.of(0x61, 0xff, 0x62)])).toBe('a\uFFFDb')
  expect(stream([Uint8Array.of(0xe2, 0x82), Uint8Array.of(0x61)])).toBe('\uFFFDa')
})

test('a character that is not finished is left out', () => {
  expect(stream([Uint8Array.of(0x61, 0xf0, 0x9f)])).toBe('a')
  expect(stream([Uint8Array.of(0x61, 0xf0), Uint8Array.of(0x9f), Uint8Array.of(0xa7)])).toBe('a')
})

test('a byte order mark is text, at the beginning too', () => {
  expect(stream([Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf, 0x61)])).toBe('\uFEFFa')
})

test('a stream that ended starts afresh', () => {
  const utf8 = new Utf8Stream()
  utf8.push(Uint8Array.of(0xe2))
  utf8.end()
  expect(utf8.push(Uint8Array.of(0x61))).toBe('a')
})

test('text in any cutting comes back as it was', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 20 }), (whole, cuts) => {
      expect(stream(pieces(new TextEncoder().encode(whole), cuts))).toBe(whole)
    }),
  )
})

test('any bytes in any cutting read as they do in one piece', () => {
  // Bytes near the borders of UTF-8's ranges make more broken characters than uniform ones.
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4),
  )
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 20 }), (list, cuts) => {
      const bytes = Uint8Array.from(list)
      // a letter behind them: nothing is unfinished then
      const whole = Uint8Array.of(...bytes, 0x61)
      expect(stream(pieces(whole, cuts))).toBe(Buffer.from(whole).toString('utf8'))
    }),
    { numRuns: 500 },
  )
})
