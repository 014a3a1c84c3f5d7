import { GgufError } from './gguf-error.ts'
import {
  arrayType,
  fixedType,
  readFixed,
  textType,
  valueTypes,
  type FixedType,
  type GgufArray,
  type GgufValue,
} from './value-types.ts'

/**
 * A metadata value from its bytes, as a header's `places` bound them.
 * @throws GgufError where the bytes are not such a value
 */
export function decodeValue(number: number, bytes: Buffer): GgufValue {
  if (number === textType) return { type: 'text', value: new TextScanner(bytes, 0).next() }
  if (number === arrayType) return decodeArray(bytes)
  const type = fixedType(number) ?? unknownType(number)
  requireBytes(bytes, valueTypes[type].bytes)
  return { type, value: readFixed(bytes, 0, type) } as GgufValue
}

const arrayHeaderBytes = 12

function decodeArray(bytes: Buffer): GgufArray {
  requireBytes(bytes, arrayHeaderBytes)
  const number = bytes.readUInt32LE(0)
  const length = Number(bytes.readBigUInt64LE(4))
  if (number === textType) return { type: 'array', of: 'text', values: decodeTexts(bytes, length) }
  const of = fixedType(number) ?? unknownType(number)
  requireBytes(bytes, arrayHeaderBytes + length * valueTypes[of].bytes)
  return { type: 'array', of, values: decodeFixed(bytes, of, length) } as GgufArray
}

function decodeTexts(bytes: Buffer, length: number): string[] {
  requireBytes(bytes, arrayHeaderBytes + length * 8)
  const texts = new TextScanner(bytes, arrayHeaderBytes)
  const values: string[] = []
  for (let index = 0; index < length; index++) values.push(texts.next())
  return values
}

function decodeFixed(bytes: Buffer, type: FixedType, length: number): (number | bigint | boolean)[] {
  const size = valueTypes[type].bytes
  const values: (number | bigint | boolean)[] = []
  for (let index = 0; index < length; index++)
    values.push(readFixed(bytes, arrayHeaderBytes + index * size, type))
  return values
}

/** Texts one after another, each behind its length. */
class TextScanner {
  readonly #bytes: Buffer
  #offset: number

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  next(): string {
    requireBytes(this.#bytes, this.#offset + 8)
    const start = this.#offset + 8
    const end = start + Number(this.#bytes.readBigUInt64LE(this.#offset))
    requireBytes(this.#bytes, end)
    this.#offset = end
    return this.#bytes.toString('utf8', start, end)
  }
}

function requireBytes(bytes: Buffer, needed: number): void {
  if (bytes.length < needed) throw new GgufError('a metadata value ends too soon')
}

function unknownType(number: number): never {
  throw new GgufError(`a metadata value has an unknown type (${number})`)
}
