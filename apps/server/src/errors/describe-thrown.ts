import { WoolgatherError, type RunError } from '@woolgather/workflow'
import { HttpError } from './http-error.ts'
import { serverFaults } from './server-faults.ts'
import { tooLargeText } from './tell-size.ts'
import { toRunError } from './to-run-error.ts'

/** What Express throws of a body that it does not take: its limit, the length that was announced, what had come. */
interface BodyError {
  status: number
  limit: number
  expected: number
  received: number
}

const tooLargeHint = 'Long texts and tables belong into files: upload them, and load them with a node.'

/** Whatever was thrown, as it is answered; what was not foreseen is told in general. */
export function describeThrown(thrown: unknown): { status: number; error: RunError } {
  if (thrown instanceof WoolgatherError) {
    const status = thrown instanceof HttpError ? thrown.status : (serverFaults[thrown.code] ?? 400)
    return { status, error: toRunError(thrown) }
  }
  const { status, limit, expected, received } = (thrown ?? {}) as Partial<BodyError>
  if (status === 413 && limit !== undefined) {
    const message = tooLargeText('The request', limit, expected ?? received)
    return { status, error: { code: 'request-too-large', message, hint: tooLargeHint } }
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      error: { code: 'protocol', message: `The request cannot be read: ${messageOf(thrown)}` },
    }
  }
  return { status: 500, error: toRunError(thrown) }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown'
}
