/** A file that is no GGUF, or a broken one: what is wrong in a clause beginning in lower case, and what to do. */
export class GgufError extends Error {
  readonly code = 'model-unreadable'
  readonly hint: string | undefined

  constructor(reason: string, hint?: string, options: { cause?: unknown } = {}) {
    super(reason, options)
    this.name = 'GgufError'
    this.hint = hint
  }
}
