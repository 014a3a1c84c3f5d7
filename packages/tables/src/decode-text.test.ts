import { describe, expect, test } from 'vitest'
import { decodeChunks, decodeText } from './decode-text.ts'
import { ReadError } from './read-error.ts'

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length)
}

/** Decoded at once and in pieces of several lengths, which must agree. */
async function decode(bytes: readonly number[] | Buffer, encoding?: string): Promise<unknown> {
  const given = Uint8Array.from(bytes)
  const results = [await attempt(async () => decodeText(given, { encoding }))]
  for (const length of [1, 2, 3, 5]) {
    results.push(
      await attempt(async () => {
        let text = ''
        for await (const piece of decodeChunks(inPieces(given, length), encoding)) text += piece
        return text
      }),
    )
  }
  for (const result of results) expect(result).toEqual(results[0])
  return results[0]
}

async function attempt(work: () => Promise<string>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ReadError) return { message: error.message, ...error.place }
    throw error
  }
}

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')

describe('text is decoded', () => {
  test.each<[string, readonly number[] | Buffer, string | undefined, string]>([
    ['UTF-8', Buffer.from('Müller 😀\n'), undefined, 'Müller 😀\n'],
    ['UTF-8 with a mark', Buffer.from('\uFEFFa\uFEFFb'), undefined, 'a\uFEFFb'],
    ['UTF-16 with a mark', utf16('Müller 😀'), undefined, 'Müller 😀'],
    ['UTF-16 of the other order', utf16('Müller 😀').swap16(), undefined, 'Müller 😀'],
    ['UTF-16 that is said', Buffer.from('ab', 'utf16le'), 'utf-16le', 'ab'],
    ['Windows-1252 that is said', [0x4d, 0xfc, 0x96, 0x80], 'windows-1252', 'Mü–€'],
    ['Shift JIS that is said', [0x82, 0xa0], 'shift_jis', 'あ'],
    ['a mark against what is said', Buffer.from('\uFEFFü'), 'windows-1252', 'ü'],
    ['nothing', [], undefined, ''],
    ['a mark alone', [0xef, 0xbb, 0xbf], undefined, ''],
  ])('of %s', async (_, bytes, encoding, text) => {
    expect(await decode(bytes, encoding)).toBe(text)
  })
})

describe('what is not of the encoding is refused with line and byte', () => {
  test.each<[string, number[] | Buffer, string | undefined, number, number]>([
    ['Windows-1252 as UTF-8', Buffer.from('who\r\nM\xfcller\n', 'latin1'), undefined, 2, 6],
    ['a character of three bytes that lacks two', Buffer.from('a\n\xe9t\xe9', 'latin1'), undefined, 2, 2],
    ['a character that is cut at the end', [0x61, 0x0a, 0x62, 0xc3], undefined, 2, 3],
    ['half a pair of UTF-16', [0xff, 0xfe, 0x0a, 0, 0, 0xd8, 0x61, 0], undefined, 2, 4],
    ['an odd byte of UTF-16', [0xff, 0xfe, 0x61, 0, 0x62], undefined, 1, 4],
    ['Shift JIS', [0x61, 0x0d, 0x82, 0x22], 'shift_jis', 2, 2],
  ])('%s', async (_, bytes, encoding, line, byte) => {
    expect(await decode(bytes, encoding)).toMatchObject({ line, byte })
  })

  test('by a message that names both', async () => {
    expect(await decode([0xfc])).toMatchObject({ message: 'Line 1 is not UTF-8: byte FC at offset 0.' })
  })

  test('an encoding nobody knows', async () => {
    expect(await decode([0x61], 'latin-nope')).toMatchObject({
      message: '“latin-nope” is not an encoding that is known.',
    })
  })
})
