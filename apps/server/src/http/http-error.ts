import type { ErrorCode, RunError } from '@woolgather/workflow'

/** An answer that is not 2xx, thrown where the reason is found. */
export class HttpError extends Error {
  readonly status: number
  readonly error: RunError

  constructor(status: number, code: ErrorCode, message: string, hint?: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.error = { code, message, ...(hint !== undefined && { hint }) }
  }
}
