import type { RunError } from '@woolgather/workflow'

/** How a worker process ended, and the last lines it wrote. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** It could not even be started. */
  spawnError?: Error | undefined
  log: string[]
}

const meanings: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'native code found itself in an impossible state and gave up',
  SIGBUS: 'native code read a file or memory that is no longer there',
  SIGFPE: 'an arithmetic error in native code',
  SIGILL: 'an instruction this processor does not know',
  SIGKILL: 'killed from outside, most often by the system when memory ran out',
  SIGSEGV: 'a memory access error in native code',
}

const hints: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'Use a smaller model or context, or fewer runs at once.',
  SIGILL: 'Set WOOLGATHER_GPU=cpu, or use a machine with a newer processor.',
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
