/** Length of a character by its first byte; 0 for bytes that begin none. */
export function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1
  if (byte < 0xc2) return 0
  if (byte < 0xe0) return 2
  if (byte < 0xf0) return 3
  return byte < 0xf5 ? 4 : 0
}

export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/** Bytes of an unfinished character, packed big-endian: at most three, so below 2²⁴. */
export type PackedPrefix = number

/** How many bytes the unfinished character has and needs. */
export function prefixLength(prefix: PackedPrefix): { has: number; needs: number } {
  const has = prefix < 0x100 ? 1 : prefix < 0x10000 ? 2 : 3
  return { has, needs: sequenceLength(prefix >>> (8 * (has - 1))) }
}

export interface CodePointRange {
  readonly minimum: number
  readonly maximum: number
}

/** First and last code point that an unfinished character may become; `undefined` if none is valid. */
export function prefixRange(prefix: PackedPrefix): CodePointRange | undefined {
  const { has, needs } = prefixLength(prefix)
  if (needs === 0 || has >= needs) return undefined
  const bytes = Array.from({ length: has }, (_, index) => (prefix >>> (8 * (has - 1 - index))) & 0xff)
  if (!bytes.slice(1).every(isContinuation)) return undefined
  const open = needs - has
  const given = decodeStart(bytes, needs)
  const shortest = needs === 2 ? 0x80 : needs === 3 ? 0x800 : 0x10000
  const minimum = Math.max(given << (6 * open), shortest)
  const last = Math.min(((given + 1) << (6 * open)) - 1, 0x10ffff)
  // Surrogates have no bytes; an unfinished character leads to them and others at the end of its range only.
  const maximum = last === 0xdfff ? 0xd7ff : last
  return minimum > maximum ? undefined : { minimum, maximum }
}

function decodeStart(bytes: readonly number[], needs: number): number {
  const lead = (bytes[0] as number) & (0xff >>> (needs + 1))
  return bytes.slice(1).reduce((point, byte) => (point << 6) | (byte & 0x3f), lead)
}

/**
 * Adds a byte to an unfinished character (0: none).
 * @returns the code point it completes, the longer prefix, or `undefined` for invalid UTF-8
 */
export function addByte(
  prefix: PackedPrefix,
  byte: number,
): { point: number } | { prefix: number } | undefined {
  if (prefix === 0) {
    const length = sequenceLength(byte)
    if (length === 0) return undefined
    return length === 1 ? { point: byte } : { prefix: byte }
  }
  if (!isContinuation(byte)) return undefined
  const { has, needs } = prefixLength(prefix)
  if (has + 1 < needs) {
    const longer = prefix * 256 + byte
    return prefixRange(longer) === undefined ? undefined : { prefix: longer }
  }
  const range = prefixRange(prefix)
  const bytes = Array.from({ length: has }, (_, index) => (prefix >>> (8 * (has - 1 - index))) & 0xff)
  const point = (decodeStart(bytes, needs) << 6) | (byte & 0x3f)
  const valid =
    range !== undefined && point >= range.minimum && point <= range.maximum && (point & 0x1ff800) !== 0xd800
  return valid ? { point } : undefined
}

/** Bytes of a character. */
export function utf8Length(point: number): number {
  if (point < 0x80) return 1
  if (point < 0x800) return 2
  return point < 0x10000 ? 3 : 4
}
