import {
  arrayType,
  textType,
  valueTypes,
  writeFixed,
  type FixedType,
  type GgufArray,
  type GgufValue,
} from './value-types.ts'

/** GGUF's number for the type of a value. */
export function valueNumber(value: GgufValue): number {
  if (value.type === 'encoded') return value.number
  if (value.type === 'text') return textType
  return value.type === 'array' ? arrayType : valueTypes[value.type].number
}

/** The bytes of a value, without its type. @throws RangeError where a number does not fit its type */
export function encodeValue(value: GgufValue): Uint8Array {
  switch (value.type) {
    case 'encoded':
      return value.bytes
    case 'text':
      return encodeText(value.value)
    case 'array':
      return encodeArray(value)
    default:
      return encodeFixed(value.type, [value.value])
  }
}

/** A length of 8 bytes and the text as UTF-8. */
export function encodeText(text: string): Uint8Array {
  const bytes = Buffer.byteLength(text)
  const encoded = Buffer.allocUnsafe(8 + bytes)
  encoded.writeBigUInt64LE(BigInt(bytes), 0)
  encoded.write(text, 8)
  return encoded
}

function encodeArray(array: GgufArray): Uint8Array {
  const header = Buffer.alloc(12)
  header.writeUInt32LE(array.of === 'text' ? textType : valueTypes[array.of].number, 0)
  header.writeBigUInt64LE(BigInt(array.values.length), 4)
  if (array.of === 'text') return Buffer.concat([header, ...array.values.map(encodeText)])
  return Buffer.concat([header, encodeFixed(array.of, array.values)])
}

function encodeFixed(type: FixedType, values: readonly (number | bigint | boolean)[]): Uint8Array {
  const { bytes } = valueTypes[type]
  const encoded = Buffer.alloc(values.length * bytes)
  for (const [index, value] of values.entries()) writeFixed(encoded, index * bytes, type, value)
  return encoded
}
