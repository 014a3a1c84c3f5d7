import { WoolgatherError, type ErrorCode } from '@woolgather/workflow'

/** An answer that is not 2xx, thrown where the reason is found. */
export class HttpError extends WoolgatherError {
  readonly status: number

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    { hint, host }: { hint?: string | undefined; host?: string | undefined } = {},
  ) {
    super(code, message, { ...(hint !== undefined && { hint }), host })
    this.name = 'HttpError'
    this.status = status
  }
}
