/** A file that is no GGUF, or a broken one. */
export class GgufError extends Error {
  readonly code = 'model-unreadable'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'GgufError'
  }
}
