import type { ErrorCode, RunError } from '@woolgather/workflow'
import { serverFaults } from '../errors/server-faults.ts'
import { formatNode } from './bind-call.ts'

/** What is wrong with a run because of what it was asked: asking again gives the same. */
const callersFaults: ReadonlySet<ErrorCode> = new Set([
  'invalid-workflow',
  'invalid-json',
  'unknown-node-type',
  'unknown-node-version',
  'unknown-node',
  'unknown-input',
  'unknown-output',
  'unknown-axis',
  'missing-input',
  'invalid-input',
  'input-and-link',
  'duplicate-name',
  'type-mismatch',
  'cycle',
  'invalid-zone',
  'too-many-cells',
  'too-many-issues',
  'context-too-long',
  'invalid-sampling',
  'invalid-chat-template',
  'invalid-mix',
  'invalid-token',
  'constraint-dead-end',
  'too-few-tokens',
  // a file that the call or the workflow names
  'file-not-found',
  'file-unreadable',
  'file-too-large',
  'file-outside-folders',
  'model-not-found',
  'model-unreadable',
  'model-unsupported',
  'model-too-large',
  'file-exists',
  'checksum-mismatch',
  'adapter-mismatch',
  'vector-mismatch',
  'vocabulary-mismatch',
  'merge-impossible',
  'invalid-layer',
])

/** A call that gave no answer, and why. */
export class CallError extends Error {
  readonly error: RunError
  readonly status: number

  constructor(error: RunError) {
    super(error.message)
    this.name = 'CallError'
    this.error = error
    this.status = callersFaults.has(error.code) ? 400 : (serverFaults[error.code] ?? 500)
  }
}

/** Codes that OpenAI's clients know. */
const theirCodes: Partial<Record<ErrorCode, string>> = {
  'context-too-long': 'context_length_exceeded',
  'not-found': 'model_not_found',
  'too-many-requests': 'rate_limit_exceeded',
}

/** As OpenAI's clients read it. */
export function describeError(
  { code, message, node, hint }: RunError,
  status: number,
  param: string | null = node === formatNode ? formatNode : null,
): object {
  const place = node === undefined ? '' : `${node}: `
  return {
    message: `${place}${message}${hint === undefined ? '' : ` ${hint}`}`,
    type: status < 500 ? 'invalid_request_error' : 'server_error',
    param,
    code: theirCodes[code] ?? code,
  }
}
