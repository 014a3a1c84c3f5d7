import { readFile, stat } from 'node:fs/promises'
import { unreadable, type NamedFile } from '../format/read-json.ts'

/** A piece of a SentencePiece vocabulary. */
export interface Piece {
  text: string
  score: number
  kind: PieceKind
}

type PieceKind = 'normal' | 'unknown' | 'control' | 'user-defined' | 'unused' | 'byte'

const kinds: readonly (PieceKind | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user-defined',
  'unused',
  'byte',
]

/** Real ones have some 5 MB. */
const mostBytes = 67_108_864
const hint = 'Get tokenizer.model again: it is not as it was published.'

/** The pieces of a `tokenizer.model`, in the order of their ids. @throws WoolgatherError model-unreadable */
export async function readPieces(file: NamedFile): Promise<Piece[]> {
  const { size } = await stat(file.path)
  if (size > mostBytes) throw unreadable(file, `it has ${size} bytes, more than a vocabulary has`, hint)
  const bytes = await readFile(file.path)
  try {
    const pieces: Piece[] = []
    // ModelProto: 1 is a piece
    for (const field of fieldsOf(bytes)) {
      if (field.number === 1 && field.bytes) pieces.push(readPiece(field.bytes))
    }
    if (pieces.length > 0) return pieces
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
  }
  throw unreadable(file, 'it is no SentencePiece vocabulary', hint)
}

/** A byte order mark may be a piece. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** SentencePiece: 1 its text, 2 its score, 3 its kind. */
function readPiece(bytes: Buffer): Piece {
  let [text, score, kind]: [string | undefined, number, PieceKind | undefined] = [undefined, 0, 'normal']
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.bytes) text = utf8.decode(field.bytes)
    if (field.number === 2 && field.bytes?.length === 4) score = field.bytes.readFloatLE()
    if (field.number === 3 && field.value !== undefined) kind = kinds[field.value]
  }
  if (text === undefined || kind === undefined) throw new RangeError('a piece lacks its text')
  return { text, score, kind }
}

interface Field {
  number: number
  /** Of a varint. */
  value?: number
  /** Of all others. */
  bytes?: Buffer
}

/** Fields of a Protocol Buffers message. @throws RangeError where it is none */
function* fieldsOf(bytes: Buffer): Generator<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('a number does not end')
  }
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('it ends too soon')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    switch (tag % 8) {
      case 0:
        yield { number, value: varint() }
        break
      case 1:
        yield { number, bytes: take(8) }
        break
      case 2:
        yield { number, bytes: take(varint()) }
        break
      case 5:
        yield { number, bytes: take(4) }
        break
      default:
        throw new RangeError('a field of an unknown kind')
    }
  }
}
