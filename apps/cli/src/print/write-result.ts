import { access, constants, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'
import type { Outputs, RunError, RunStatus, Workflow } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import type { ToldWarning } from './print-warnings.ts'
import { exitCodes } from '../io/exit-codes.ts'

/** What `--out` writes. */
export interface RunResultFile {
  /** What made it, with the seeds that were drawn. First, so that a part of a long file is enough to find it. */
  workflow: Workflow
  status: RunStatus
  outputs: Outputs
  errors: RunError[]
  /** What may not have been meant; absent where there is nothing. */
  warnings?: ToldWarning[]
}

/**
 * Looks, before anything runs, whether the result can be written, so that no long run is lost to a typing error.
 * @throws CliError write-failed, exit code 2
 */
export async function checkWritable(file: string): Promise<void> {
  const folder = path.dirname(path.resolve(file))
  try {
    await access(folder, constants.W_OK)
  } catch {
    throw cannotWrite(file, `there is no folder ${folder} that can be written to`, exitCodes.invalid)
  }
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory()) throw cannotWrite(file, 'it is a folder', exitCodes.invalid)
}

/**
 * Writes under another name first, so that the file is whole or not there.
 * @throws CliError write-failed, exit code 1
 */
export async function writeResult(file: string, result: RunResultFile | Workflow): Promise<void> {
  try {
    await writeWhole(file, `${JSON.stringify(result, null, 2)}\n`)
  } catch (error) {
    throw cannotWrite(file, (error as Error).message, exitCodes.failed)
  }
}

function cannotWrite(file: string, why: string, exitCode: number): CliError {
  return new CliError([{ code: 'write-failed', message: `Cannot write “${file}”: ${why}.` }], exitCode)
}
