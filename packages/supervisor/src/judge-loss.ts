import type { RunError } from '@woolgather/workflow'
import type { SupervisorLimits } from './supervise/limits.ts'
import type { ProcessLost } from './supervise/supervision.ts'
import type { TrackedRun } from './track-run.ts'
import type { HeldCell } from './watch/signs-of-life.ts'

export interface Loss {
  error: RunError
  /** The cell that was known to keep the process from everything else. */
  held: HeldCell | undefined
  /** Somebody else ended or stopped it, which need not be the fault of a cell. */
  byOthers: boolean
  limits: SupervisorLimits
}

/** Lets the runs that a process had know that it ended: which are worth another attempt, and which cells are suspects. */
export function judgeLoss(
  lost: ReadonlyMap<string, TrackedRun>,
  { error, held, byOthers, limits }: Loss,
): ProcessLost['runs'] {
  if (held) lost.get(held.run)?.begin({ node: held.node, at: held.at })
  const open = [...lost.values()].flatMap((tracked) => tracked.open).length
  const alone = [...lost.values()].filter((tracked) => tracked.open.length > 0).length === 1
  // A cell that held the process and had it for itself would do so again. Of other runs that says nothing.
  const caught = open === 1 ? held?.run : undefined
  const usual = byOthers ? limits.killedChances : limits.crashChances
  return new Map(
    [...lost].map(([run, tracked]) => {
      const progressed = tracked.open.length > 0
      const again = tracked.lost(error, { chances: run === caught ? 1 : usual, alone })
      return [run, { again, suspects: tracked.suspects, progressed }]
    }),
  )
}
