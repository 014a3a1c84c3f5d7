import type { Issue } from '@woolgather/workflow'
import { exitCodes } from './exit-codes.ts'

/** Ends a command: its issues are printed, one line each, and the exit code is told to the shell. */
export class CliError extends Error {
  readonly issues: readonly Issue[]
  readonly exitCode: number

  constructor(issues: readonly Issue[], exitCode: number = exitCodes.invalid) {
    super(issues.map(({ message }) => message).join('\n'))
    this.name = 'CliError'
    this.issues = issues
    this.exitCode = exitCode
  }
}
