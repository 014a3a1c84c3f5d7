import type { RunStatus } from '@woolgather/workflow'

/** What the shell is told. */
export const exitCodes = { ok: 0, failed: 1, invalid: 2, partial: 3, cancelled: 130 } as const

export function exitCodeOf(status: RunStatus): number {
  switch (status) {
    case 'completed':
      return exitCodes.ok
    case 'partial':
      return exitCodes.partial
    case 'cancelled':
      return exitCodes.cancelled
    case 'failed':
    case 'interrupted':
      return exitCodes.failed
  }
}
