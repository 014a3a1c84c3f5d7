import type { RunError } from '@woolgather/workflow'

/** How a worker process ended, and the last lines it wrote. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** It could not even be started. */
  spawnError?: Error | undefined
  /** The system, or JavaScript itself, ended it because there was no more memory. */
  outOfMemory: boolean
  log: string[]
}

const meanings: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'native code found itself in an impossible state and gave up',
  SIGBUS: 'native code read a file or memory that is no longer there',
  SIGFPE: 'an arithmetic error in native code',
  SIGILL: 'an instruction this processor does not know',
  SIGKILL: 'killed from outside',
  SIGTERM: 'ended from outside',
  SIGSEGV: 'a memory access error in native code',
}

const hints: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'Where nobody did this on purpose, it was most likely the system, for want of memory.',
  SIGILL: 'Set WOOLGATHER_GPU=cpu, or use a machine with a newer processor.',
}

const memoryHint = 'Use a smaller model, context or sweep, or fewer runs at once.'

/** A worker that took more memory than it may. */
export function describeExcess(bytes: number, limit: number): RunError {
  return {
    code: 'out-of-memory',
    message: `The worker process was ended because it took ${gibibytes(bytes)} of memory; it may take ${gibibytes(limit)}.`,
    hint: `${memoryHint} --worker-memory or WOOLGATHER_WORKER_MEMORY allow it more.`,
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`
}

/** Windows reports access violations and the like as exit codes from here up. */
const firstWindowsException = 0xc0000000

/** The end of a worker process as the error of the runs it took with it. `cause` holds its last log lines. */
export function describeEnd(end: ProcessEnd): RunError {
  const { code, signal } = end
  const cause = end.log.length === 0 ? {} : { cause: end.log.join('\n') }
  if (end.spawnError) {
    return {
      code: 'worker-lost',
      message: `The worker process could not be started: ${end.spawnError.message}.`,
      ...cause,
    }
  }
  if (end.outOfMemory) {
    return {
      code: 'out-of-memory',
      message:
        signal === 'SIGKILL'
          ? 'The worker process was ended by the system because memory ran out.'
          : 'The worker process ended because JavaScript found no more memory.',
      hint: memoryHint,
      ...cause,
    }
  }
  if (signal !== null) {
    return {
      code: 'native-crash',
      message: `The worker process was ended by ${signal}${describeMeaning(signal)}.`,
      hint: hints[signal] ?? 'Run it again; if it happens every time, report it with the log lines below.',
      ...cause,
    }
  }
  if (code !== null && code >= firstWindowsException) {
    return {
      code: 'native-crash',
      message: `The worker process was ended by exception 0x${code.toString(16)}.`,
      ...cause,
    }
  }
  return {
    code: 'worker-lost',
    message: `The worker process ended by itself with exit code ${code}.`,
    ...cause,
  }
}

function describeMeaning(signal: NodeJS.Signals): string {
  const meaning = meanings[signal]
  return meaning === undefined ? '' : ` (${meaning})`
}
