/** A file that is no GGUF, or a broken one: what is wrong in a clause beginning in lower case, and what to do. */
export class GgufError extends Error {
  readonly code = 'model-unreadable'
  readonly hint: string | undefined

  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GgufError'
    this.hint = options.hint
  }
}
