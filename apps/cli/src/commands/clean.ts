import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { readKeep, resolveFolders, serverOptions } from '@woolgather/supervisor'
import type { Issue } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { createServerRunner, ServerGone } from '../running/server-runner.ts'

export interface CleanOptions {
  keep: string
  server?: string
  data?: string
}

/** `woolgather clean`: forgets old runs, by the server that holds the history, or without one where none does. */
export async function clean(options: CleanOptions, io: CliIo): Promise<number> {
  readKeep(options.keep, '--keep')
  const runs = await cleanWhere(options)
  io.stdout.write(`${runs === 1 ? '1 run is' : `${runs} runs are`} forgotten.\n`)
  return exitCodes.ok
}

async function cleanWhere({ keep, server, data }: CleanOptions): Promise<number> {
  if (server !== undefined) return createServerRunner(server).clean(keep)
  if (data !== undefined) return cleanFolder(data, keep)
  const { host, port } = serverOptions
  try {
    return await createServerRunner(`http://${host.default}:${port.default}`).clean(keep)
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error
    return cleanFolder(undefined, keep)
  }
}

/** In a process of its own: what opens a history is part of the server. @throws CliError, also where a server holds it */
async function cleanFolder(data: string | undefined, keep: string): Promise<number> {
  const entry = createRequire(import.meta.url).resolve('@woolgather/server/clean')
  const { data: folder } = resolveFolders(data === undefined ? {} : { data })
  const { stdout } = await promisify(execFile)(process.execPath, [entry, folder, keep])
  const outcome = JSON.parse(stdout) as { runs: number } | { error: Issue }
  if ('error' in outcome) throw new CliError([outcome.error], exitCodes.failed)
  return outcome.runs
}
