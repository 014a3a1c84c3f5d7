import { crc32 } from '@woolgather/workflow'

/**
 * An animated PNG (APNG) of still ones of one size: every browser plays it, and what does not shows the first frame.
 * @param stills PNG files, at least one
 * @param delays of each, in milliseconds
 */
export function animatePng(
  stills: readonly Uint8Array[],
  delays: readonly number[],
): Uint8Array<ArrayBuffer> {
  const [first] = stills
  if (first === undefined) throw new RangeError('A film has one frame at least.')
  const head = chunksOf(first).find(({ type }) => type === 'IHDR')!
  const parts: Uint8Array[] = [signature, chunk('IHDR', head.data), chunk('acTL', numbers(stills.length, 0))]
  let sequence = 0
  for (const [index, still] of stills.entries()) {
    parts.push(chunk('fcTL', frameControl(sequence++, head.data, delays[index] ?? 100)))
    for (const { type, data } of chunksOf(still)) {
      if (type !== 'IDAT') continue
      // The first frame is the picture that programs show that know no animation.
      if (index === 0) parts.push(chunk('IDAT', data))
      else parts.push(chunk('fdAT', joined([numbers(sequence++), data])))
    }
  }
  parts.push(chunk('IEND', new Uint8Array(0)))
  return joined(parts)
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

interface Chunk {
  type: string
  data: Uint8Array
}

function chunksOf(png: Uint8Array): Chunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const chunks: Chunk[] = []
  for (let at = signature.length; at + 12 <= png.length;) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  return chunks
}

/** Sequence number, size as in the header, no offset, delay in thousandths; each frame replaces the one before. */
function frameControl(sequence: number, header: Uint8Array, delay: number): Uint8Array {
  const data = new Uint8Array(26)
  const view = new DataView(data.buffer)
  view.setUint32(0, sequence)
  data.set(header.subarray(0, 8), 4)
  view.setUint16(20, Math.round(delay))
  view.setUint16(22, 1000)
  return data
}

function numbers(...values: number[]): Uint8Array {
  const data = new Uint8Array(4 * values.length)
  const view = new DataView(data.buffer)
  values.forEach((value, index) => view.setUint32(4 * index, value))
  return data
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), data])
  return joined([numbers(data.length), body, numbers(crc32(body))])
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
