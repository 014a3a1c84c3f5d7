/** Why the native libraries could not be used: `native-missing` (no binary for this machine) or `native-version`. */
export class NativeError extends Error {
  readonly code: 'native-missing' | 'native-version'
  readonly hint: string | undefined

  constructor(
    code: 'native-missing' | 'native-version',
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NativeError'
    this.code = code
    this.hint = options.hint
  }
}
