import { dirname } from 'node:path'
import {
  diskFull,
  errorCodes,
  isDiskFull,
  sourcePlaceSchema,
  WoolgatherError,
  type ErrorCode,
  type RunError,
} from '@woolgather/workflow'
import type { Skip } from './cell.ts'

/** Thrown into a node that asked for a lazy input which failed: the node is skipped, not failed. */
export class UpstreamError extends Error {
  readonly skip: Skip

  constructor(skip: Skip) {
    super(skip.reason)
    this.name = 'UpstreamError'
    this.skip = skip
  }
}

const known: ReadonlySet<string> = new Set(errorCodes)

/**
 * Whatever a node threw, as a `RunError`. Errors are known by their `code`, not their class: those of other packages
 * (`LlamaError`) and of custom nodes carry the same codes without importing anything.
 */
export function toRunError(given: unknown, cell: { node: string; at: Record<string, number> }): RunError {
  const thrown = isDiskFull(given) && !(given instanceof WoolgatherError) ? fullDisk(given) : given
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Record<string, unknown>
  const code =
    typeof error['code'] === 'string' && known.has(error['code'])
      ? (error['code'] as ErrorCode)
      : 'node-failed'
  const result: RunError = { code, message: messageOf(thrown), node: cell.node }
  if (Object.keys(cell.at).length > 0) result.at = cell.at
  if (typeof error['input'] === 'string') result.input = error['input']
  const where = sourcePlaceSchema.optional().safeParse(error['where']).data
  if (where !== undefined) result.where = where
  if (typeof error['hint'] === 'string') result.hint = error['hint']
  if (typeof error['host'] === 'string') result.host = error['host']
  if (typeof error['worker'] === 'string') result.worker = error['worker']
  const cause = error['cause'] === undefined ? undefined : messageOf(error['cause'])
  if (cause !== undefined && cause !== result.message) result.cause = cause
  return result
}

/** As the system says it, which may not say where. */
function fullDisk(thrown: unknown): WoolgatherError {
  const { path } = thrown as NodeJS.ErrnoException
  if (path !== undefined) return diskFull(dirname(path), { cause: thrown })
  return new WoolgatherError('disk-full', 'A disk is full.', { cause: thrown })
}

function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message
    const { message } = (thrown ?? {}) as { message?: unknown }
    return typeof message === 'string' ? message : String(thrown)
  } catch {
    // an object whose toString throws
    return 'something that cannot be shown was thrown'
  }
}
