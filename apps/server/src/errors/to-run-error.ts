import { WoolgatherError, type RunError } from '@woolgather/workflow'

/** What is told of whatever was thrown. What was not foreseen is told in general: it may say anything. */
export function toRunError(thrown: unknown): RunError {
  if (!(thrown instanceof WoolgatherError)) return unforeseen
  const { code, message, hint, host } = thrown
  return { code, message, ...(hint !== undefined && { hint }), ...(host !== undefined && { host }) }
}

const unforeseen: RunError = { code: 'internal', message: 'The server failed; its log says why.' }
