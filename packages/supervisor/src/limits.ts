/** How long a supervisor waits for what, in milliseconds, and how often it tries. */
export interface SupervisorLimits {
  /** From the start of the process until it says it is ready; a GPU's driver may take half a minute. */
  start: number
  /** From asking a run to stop until its worker counts as hung. */
  cancel: number
  /** Without a sign of life of a worker that is ready: the longest that honest work keeps it from answering. */
  hang: number
  /** From asking the process to leave until SIGTERM, and again until SIGKILL. */
  shutdown: number
  /** Before the first restart; doubles with each crash. */
  firstBackoff: number
  longestBackoff: number
  /** A worker that lived this long starts again with a short wait. */
  stable: number
  /** Starts in a row that may fail before waiting runs are told. */
  startAttempts: number
  /** How often a cell may be what runs when native code crashes: the second time, alone, it is at fault. */
  crashChances: number
  /** The same for processes killed from outside, which may be chance. */
  killedChances: number
}

/** How many times as long as usual a worker may take: more than 1 on a machine that is slow or busy with other work. */
const patience = Math.max(1, Number(process.env['WOOLGATHER_PATIENCE']) || 1)

export const defaultLimits: SupervisorLimits = {
  start: 120_000 * patience,
  cancel: 15_000 * patience,
  hang: 120_000 * patience,
  shutdown: 5_000 * patience,
  firstBackoff: 250,
  longestBackoff: 10_000,
  stable: 30_000,
  startAttempts: 3,
  crashChances: 2,
  killedChances: 6,
}
