import { WoolgatherError, type ErrorCode } from '@woolgather/workflow'

/** An answer that is not 2xx, thrown where the reason is found. */
export class HttpError extends WoolgatherError {
  readonly status: number

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    { hint }: { hint?: string | undefined } = {},
  ) {
    super(code, message, hint === undefined ? {} : { hint })
    this.name = 'HttpError'
    this.status = status
  }
}
