import { GgufError } from '../format/gguf-error.ts'

/** Little-endian floats of 32 bits, of 16 (IEEE half or bfloat), exactly. @throws GgufError for other types */
export function decodeFloats(type: string, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (type) {
    case 'F32':
      return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
    case 'F16':
      return Float32Array.from({ length: bytes.length / 2 }, (_, i) => fromHalf(view.getUint16(2 * i, true)))
    case 'BF16':
      return fromBrain(view, bytes.length / 2)
    default:
      throw new GgufError(`is of type ${type}, not F32, F16 or BF16`)
  }
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function fromBrain(view: DataView, length: number): Float32Array {
  const words = Uint32Array.from({ length }, (_, i) => view.getUint16(2 * i, true) << 16)
  return new Float32Array(words.buffer)
}
