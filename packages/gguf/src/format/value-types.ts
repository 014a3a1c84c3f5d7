/** Numbers of GGUF's metadata value types, and the bytes of those of fixed size. */
export const valueTypes = {
  u8: { number: 0, bytes: 1 },
  i8: { number: 1, bytes: 1 },
  u16: { number: 2, bytes: 2 },
  i16: { number: 3, bytes: 2 },
  u32: { number: 4, bytes: 4 },
  i32: { number: 5, bytes: 4 },
  f32: { number: 6, bytes: 4 },
  bool: { number: 7, bytes: 1 },
  u64: { number: 10, bytes: 8 },
  i64: { number: 11, bytes: 8 },
  f64: { number: 12, bytes: 8 },
} as const
export const textType = 8
export const arrayType = 9

export type FixedType = keyof typeof valueTypes
type NumberType = Exclude<FixedType, 'bool' | 'u64' | 'i64'>
type BigType = 'u64' | 'i64'

/** A metadata value with its type, as the writer takes it and `decodeValue` gives it. */
export type GgufValue =
  | { type: NumberType; value: number }
  | { type: BigType; value: bigint }
  | { type: 'bool'; value: boolean }
  | { type: 'text'; value: string }
  | GgufArray
  | EncodedValue

export type GgufArray =
  | { type: 'array'; of: NumberType; values: readonly number[] }
  | { type: 'array'; of: BigType; values: readonly bigint[] }
  | { type: 'array'; of: 'bool'; values: readonly boolean[] }
  | { type: 'array'; of: 'text'; values: readonly string[] }

/** A value as another file holds it, copied without looking inside: its type's number and its bytes. */
export interface EncodedValue {
  type: 'encoded'
  number: number
  bytes: Uint8Array
}

const fixedTypes: ReadonlyMap<number, FixedType> = new Map(
  Object.entries(valueTypes).map(([name, { number }]) => [number, name as FixedType]),
)

export function fixedType(number: number): FixedType | undefined {
  return fixedTypes.get(number)
}

/** Reads the fixed-size value at `offset`, little-endian. */
export function readFixed(bytes: Buffer, offset: number, type: FixedType): number | bigint | boolean {
  switch (type) {
    case 'u8':
      return bytes.readUInt8(offset)
    case 'i8':
      return bytes.readInt8(offset)
    case 'u16':
      return bytes.readUInt16LE(offset)
    case 'i16':
      return bytes.readInt16LE(offset)
    case 'u32':
      return bytes.readUInt32LE(offset)
    case 'i32':
      return bytes.readInt32LE(offset)
    case 'f32':
      return bytes.readFloatLE(offset)
    case 'bool':
      return bytes.readUInt8(offset) !== 0
    case 'u64':
      return bytes.readBigUInt64LE(offset)
    case 'i64':
      return bytes.readBigInt64LE(offset)
    case 'f64':
      return bytes.readDoubleLE(offset)
  }
}

/** Writes what `readFixed` reads. @throws RangeError where the value does not fit its type */
export function writeFixed(
  bytes: Buffer,
  offset: number,
  type: FixedType,
  value: number | bigint | boolean,
): void {
  switch (type) {
    case 'u8':
      bytes.writeUInt8(Number(value), offset)
      return
    case 'i8':
      bytes.writeInt8(Number(value), offset)
      return
    case 'u16':
      bytes.writeUInt16LE(Number(value), offset)
      return
    case 'i16':
      bytes.writeInt16LE(Number(value), offset)
      return
    case 'u32':
      bytes.writeUInt32LE(Number(value), offset)
      return
    case 'i32':
      bytes.writeInt32LE(Number(value), offset)
      return
    case 'f32':
      bytes.writeFloatLE(Number(value), offset)
      return
    case 'bool':
      bytes.writeUInt8(value === true ? 1 : 0, offset)
      return
    case 'u64':
      bytes.writeBigUInt64LE(BigInt(value), offset)
      return
    case 'i64':
      bytes.writeBigInt64LE(BigInt(value), offset)
      return
    case 'f64':
      bytes.writeDoubleLE(Number(value), offset)
      return
  }
}
