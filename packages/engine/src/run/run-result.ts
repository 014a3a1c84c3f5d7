import type { Json, RunError, RunStatus } from '@woolgather/workflow'

/** What a run came to. */
export interface RunResult {
  status: RunStatus
  /** Node → output → value, a labelled value where it was swept. */
  outputs: Record<string, Record<string, Json>>
  errors: RunError[]
}
