import { inflateSync } from 'node:zlib'
import { carriedField, documentLimits, type Issue } from '@woolgather/workflow'

const signature = '\x89PNG\r\n\x1a\n'

export function isPng(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 8)).toString('latin1') === signature
}

/** What a PNG file says under the keyword of workflows; `cut` where it ends within a chunk. */
export interface PngText {
  text?: string
  cut?: boolean
  issue?: Issue
}

/** Looks through the chunks of a PNG file; each step is over at least the 12 bytes that a chunk has around it. */
export function findInPng(png: Uint8Array): PngText {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.length)
  for (let at = 8; at < bytes.length;) {
    if (at + 8 > bytes.length) return { cut: true }
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const end = at + 8 + length
    if (end > bytes.length) return { cut: true }
    const data = bytes.subarray(at + 8, end)
    if (keywordOf(data) === carriedField && type in readers) return readText(readers[type]!, data)
    at = end + 4
  }
  return {}
}

/** Up to 79 letters before the first zero. */
function keywordOf(data: Buffer): string | undefined {
  const end = data.subarray(0, 80).indexOf(0)
  return end === -1 ? undefined : data.toString('latin1', 0, end)
}

/** The text of a chunk after its keyword. */
const readers: Record<string, (rest: Buffer) => string> = {
  tEXt: (rest) => rest.toString('latin1'),
  zTXt: (rest) => inflate(rest.subarray(1)).toString('latin1'),
  iTXt: (rest) => {
    const language = rest.indexOf(0, 2)
    const translated = rest.indexOf(0, language + 1)
    const text = rest.subarray(translated + 1)
    return (rest[0] === 1 ? inflate(text) : text).toString('utf8')
  },
}

function readText(read: (rest: Buffer) => string, data: Buffer): PngText {
  try {
    return { text: read(data.subarray(data.indexOf(0) + 1)) }
  } catch (error) {
    const tooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    return { issue: tooLarge ? unpacksTooLarge : damaged }
  }
}

function inflate(data: Buffer): Buffer {
  return inflateSync(data, { maxOutputLength: documentLimits.bytes })
}

const unpacksTooLarge: Issue = {
  code: 'file-too-large',
  message: `The workflow in this picture is larger than the ${documentLimits.bytes / 1_048_576} MiB that one may have.`,
}

const damaged: Issue = {
  code: 'file-unreadable',
  message: 'The workflow in this picture is damaged.',
  hint: 'Ask for the picture as it was saved: some programs and websites write pictures anew.',
}
