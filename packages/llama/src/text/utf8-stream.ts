/**
 * Text from bytes that arrive in pieces, as tokens do: a character cut by a token boundary is held back until it
 * is whole. Bytes that can be no valid UTF-8 become U+FFFD, as WHATWG's decoder (and `TextDecoder`) does it.
 */
export class Utf8Stream {
  // A byte order mark is text here: the model wrote it.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  /** The text that is certain after these bytes. */
  push(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true })
  }

  /** Drops what was held back: part of a character is no text. The stream is then empty and may be used again. */
  end(): void {
    this.#decoder.decode()
  }
}
