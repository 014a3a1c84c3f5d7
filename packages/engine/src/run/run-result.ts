import type { Outputs, RunError, RunStatus } from '@woolgather/workflow'

/** What a run came to. */
export interface RunResult {
  status: RunStatus
  /** What its targets gave: put together when it is looked at, as whoever reads events has no use for it. */
  readonly outputs: Outputs
  errors: RunError[]
}
