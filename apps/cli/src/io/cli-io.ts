import type { Readable } from 'node:stream'
import type { BrokenPackage, NodeDescription } from '@woolgather/workflow'

/** Where text goes: a terminal, a pipe, or a test. */
export interface TextSink {
  write(text: string): unknown
  isTTY?: boolean | undefined
  /** Cells in a line of the terminal, where it is one that says. */
  columns?: number | undefined
}

/** Everything a command reads and writes besides files. */
export interface CliIo {
  /** Results, and nothing else. */
  stdout: TextSink
  /** Progress and complaints. */
  stderr: TextSink
  stdin: Readable
  /** Calls back on Ctrl-C and SIGTERM. Returns how to stop. */
  onInterrupt: (listener: () => void) => () => void
  /** Node types of the library and of these packages besides; `leaveOut` is told of those that do not load. */
  descriptions: (
    packages: readonly string[],
    leaveOut: (broken: BrokenPackage) => void,
  ) => Promise<readonly NodeDescription[]>
  /** Module of the worker process, an absolute path. */
  workerEntry: () => string
  /** Asks the person at the terminal whether to do something; absent where there is none. */
  confirm?: ((question: string) => Promise<boolean>) | undefined
}
