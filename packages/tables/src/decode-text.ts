import { TextDecoder } from 'node:util'
import { countLines } from './count-lines.ts'
import { ReadError } from './read-error.ts'

/** Encodings that say themselves by a mark at their beginning. A mark counts for more than what a text is said to be. */
const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const

const longestMark = 3

/**
 * Text from bytes that come in pieces, without its byte-order mark. UTF-8 and UTF-16 are known by their marks; what has
 * none is of `encoding`.
 * @param encoding a label as browsers know them (`windows-1252`, `shift_jis`, …); UTF-8 where it is undefined
 * @throws ReadError for bytes that the encoding does not have, with line and offset; nothing is replaced
 */
export async function* decodeChunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding?: string,
): AsyncGenerator<string> {
  checkEncoding(encoding)
  let decoder: StrictDecoder | undefined
  let waiting: Uint8Array = new Uint8Array()
  for await (const chunk of chunks) {
    if (waiting.length < longestMark) {
      waiting = concat(waiting, chunk)
      continue
    }
    decoder ??= new StrictDecoder(encodingOf(waiting, encoding))
    yield decoder.decode(waiting, false)
    waiting = chunk
  }
  decoder ??= new StrictDecoder(encodingOf(waiting, encoding))
  yield decoder.decode(waiting, true)
}

/**
 * The same of bytes that are at hand.
 * @param options.whole whether they are all: else the last character may be cut, and is left out
 */
export function decodeText(
  bytes: Uint8Array,
  { encoding, whole = true }: { encoding?: string | undefined; whole?: boolean } = {},
): string {
  checkEncoding(encoding)
  return new StrictDecoder(encodingOf(bytes, encoding)).decode(bytes, whole)
}

function checkEncoding(label: string | undefined): void {
  if (label === undefined) return
  try {
    new TextDecoder(label)
  } catch {
    throw new ReadError(
      'unknown-encoding',
      `“${label}” is not an encoding that is known.`,
      'Such are utf-8, utf-16le, windows-1252, iso-8859-15, macintosh, shift_jis, gb18030, big5, euc-kr and koi8-r.',
    )
  }
}

function encodingOf(bytes: Uint8Array, said = 'utf-8'): string {
  return marks.find((mark) => mark.bytes.every((byte, i) => bytes[i] === byte))?.encoding ?? said
}

/** Decodes piece by piece; a second decoder, a piece behind, finds the place of what cannot be decoded. */
class StrictDecoder {
  readonly #encoding: string
  readonly #decoder: TextDecoder
  readonly #behind: TextDecoder
  /** What the second has not seen: a character may begin in it and end in the piece that follows. */
  #previous: Uint8Array = new Uint8Array()
  /** How much the second has seen. */
  #bytes = 0
  #line = 1
  #endsWithCr = false

  constructor(encoding: string) {
    this.#encoding = new TextDecoder(encoding).encoding
    this.#decoder = new TextDecoder(encoding, { fatal: true })
    this.#behind = new TextDecoder(encoding, { fatal: true })
  }

  decode(bytes: Uint8Array, last: boolean): string {
    try {
      // In two steps always: Node decodes windows-1252 as Latin-1 where it is done in one.
      const text = this.#decoder.decode(bytes, { stream: true })
      if (last) return text + this.#decoder.decode()
      this.#advance(this.#behind.decode(this.#previous, { stream: true }), this.#previous.length)
      this.#previous = bytes
      return text
    } catch {
      throw this.#locate(concat(this.#previous, bytes))
    }
  }

  #advance(text: string, bytes: number): void {
    // A line break that is cut in two is one.
    this.#line += countLines(text) - (this.#endsWithCr && text.startsWith('\n') ? 1 : 0)
    if (text !== '') this.#endsWithCr = text.endsWith('\r')
    this.#bytes += bytes
  }

  #locate(bytes: Uint8Array): ReadError {
    let start = 0
    try {
      for (let i = 0; i < bytes.length; i++) {
        const text = this.#behind.decode(bytes.subarray(i, i + 1), { stream: true })
        if (text === '') continue
        this.#advance(text, 0)
        start = i + 1
      }
    } catch {
      // `start` is where the character begins that is none
    }
    const byte = this.#bytes + start
    const found = (bytes[start] ?? 0).toString(16).toUpperCase().padStart(2, '0')
    return new ReadError(
      'wrong-encoding',
      `Line ${this.#line} is not ${nameOf(this.#encoding)}: byte ${found} at offset ${byte}.`,
      'Save it as UTF-8, or say which encoding it has, such as windows-1252: with --encoding, or in the input `encoding` of a node.',
      { line: this.#line, byte },
    )
  }
}

function nameOf(encoding: string): string {
  return encoding.startsWith('utf-') ? encoding.toUpperCase() : encoding
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
