/** A whole GGUF file with zeros as weights. */
export function encodeModel(
  metadata: Record<string, string | number | string[]>,
  tensors: Record<string, number[]> = {},
): Buffer {
  const header = encodeHeader(metadata, tensors)
  const ends = Object.values(tensors).map((shape) => bytesOf(shape))
  const data = Buffer.alloc(ends.reduce((sum, bytes) => sum + bytes, 0))
  return Buffer.concat([header, Buffer.alloc(-header.length & 31), data])
}

/** In F32, up to where the next tensor begins. */
function bytesOf(shape: readonly number[]): number {
  return Math.ceil((shape.reduce((product, size) => product * size, 1) * 4) / 32) * 32
}

/** A GGUF header as bytes: texts, numbers (uint32) and lists of texts as metadata; F32 tensors without data. */
export function encodeHeader(
  metadata: Record<string, string | number | string[]>,
  tensors: Record<string, number[]> = {},
): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const u64 = (value: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    return bytes
  }
  const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
  const value = (item: string | number | string[]): Buffer => {
    if (typeof item === 'string') return Buffer.concat([u32(8), text(item)])
    if (typeof item === 'number') return Buffer.concat([u32(4), u32(item)])
    return Buffer.concat([u32(9), u32(8), u64(item.length), ...item.map(text)])
  }
  let offset = 0
  const next = (shape: readonly number[]): number => {
    const at = offset
    offset += bytesOf(shape)
    return at
  }
  return Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(Object.keys(tensors).length),
    u64(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, item]) => [text(key), value(item)]),
    ...Object.entries(tensors).flatMap(([name, shape]) => [
      text(name),
      u32(shape.length),
      ...shape.map(u64),
      u32(0),
      u64(next(shape)),
    ]),
  ])
}
