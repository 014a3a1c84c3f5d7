/**
 * Text from bytes that arrive in pieces, as tokens do: a character cut by a token boundary is held back until it
 * is whole. Bytes that can be no valid UTF-8 become U+FFFD, as WHATWG's decoder (and `TextDecoder`) does it.
 */
export class Utf8Stream {
  // A byte order mark is text here: the model wrote it.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** The decoder may hold part of a character. */
  #isHolding = false

  /** The text that is certain after these bytes. */
  push(bytes: Uint8Array): string {
    // Most tokens are: the decoder takes ten times as long to begin as it would take for their few letters.
    if (!this.#isHolding && isFewAscii(bytes)) return String.fromCharCode(...bytes)
    const last = bytes.at(-1)
    if (last !== undefined) this.#isHolding = last > 0x7f
    return this.#decoder.decode(bytes, { stream: true })
  }

  /** Drops what was held back: part of a character is no text. The stream is then empty and may be used again. */
  end(): void {
    this.#decoder.decode()
    this.#isHolding = false
  }
}

function isFewAscii(bytes: Uint8Array): boolean {
  if (bytes.length > 64) return false
  for (const byte of bytes) if (byte > 0x7f) return false
  return true
}
