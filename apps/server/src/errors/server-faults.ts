import type { ErrorCode } from '@woolgather/workflow'

/** What is not the client's mistake, and the status that says so. */
export const serverFaults: Partial<Record<ErrorCode, number>> = {
  'host-not-allowed': 403,
  'disk-full': 507,
  'data-damaged': 500,
  'write-failed': 500,
  internal: 500,
  'queue-paused': 503,
  'queue-full': 503,
  'worker-lost': 503,
}
