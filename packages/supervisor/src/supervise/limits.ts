/** How long a supervisor waits for what, in milliseconds, how often it tries, and how much it allows. */
export interface SupervisorLimits {
  /** From the start of the process until it says it is ready; a GPU's driver may take half a minute. */
  start: number
  /** From asking a run to stop until its worker counts as hung. */
  cancel: number
  /** Without an answer of a worker that is ready until people are told what holds it. */
  notice: number
  /**
   * Without an answer of a worker that is ready until it is ended. What takes long and is honest (native code, merges)
   * runs in threads and leaves its main thread free to answer.
   */
  hang: number
  /** From asking the process to leave until SIGTERM, and again until SIGKILL. */
  shutdown: number
  /** From SIGKILL until a process that the system cannot end is left to it. */
  gone: number
  /** Before the first restart; doubles with each crash. */
  firstBackoff: number
  longestBackoff: number
  /** The same for a worker that ends before it is ready. */
  longestStartBackoff: number
  /** A worker that lived this long starts again with a short wait. */
  stable: number
  /** Starts in a row that may fail before waiting runs are told. */
  startAttempts: number
  /** The same where each was killed from outside or ran out of memory: that passes. `Infinity`: runs wait. */
  chanceStartAttempts: number
  /** How often a cell may be what runs when native code crashes: the second time, alone, it is at fault. */
  crashChances: number
  /** The same for processes killed from outside, which may be chance. */
  killedChances: number
  /** Bytes of memory the process may take, files it maps not counted; `Infinity`: any. */
  memory: number
  /** Between two looks at how much it takes. */
  memoryInterval: number
}

/** How many times as long as usual a worker may take: more than 1 on a machine that is slow or busy with other work. */
const patience = Math.max(1, Number(process.env['WOOLGATHER_PATIENCE']) || 1)

export const defaultLimits: SupervisorLimits = {
  start: 120_000 * patience,
  cancel: 15_000 * patience,
  notice: 10_000 * patience,
  hang: 28_000 * patience,
  shutdown: 5_000 * patience,
  gone: 10_000 * patience,
  firstBackoff: 250,
  longestBackoff: 10_000,
  longestStartBackoff: 60_000,
  stable: 30_000,
  startAttempts: 3,
  chanceStartAttempts: 6,
  crashChances: 2,
  killedChances: 6,
  memory: Infinity,
  memoryInterval: 250,
}

/**
 * For a command that waits for its own worker: it is asked to stop a run for a moment only, since nobody else needs
 * the process.
 */
export const commandLimits: Partial<SupervisorLimits> = {
  cancel: 3_000 * patience,
  shutdown: 3_000 * patience,
}

/** For a server, which is there for longer than whatever keeps its worker from starting. */
export const serverLimits: Partial<SupervisorLimits> = { chanceStartAttempts: Infinity }
