/** Bytes of one token as people read them: text, or where they are only part of a character as llama.cpp names bytes, `<0xF0>`. */
export function showBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : nameOf(byte))).join('')
  }
}

function nameOf(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase()}>`
}
