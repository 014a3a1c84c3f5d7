import { readKeep, serverOptions } from '@woolgather/supervisor'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { createServerRunner } from '../running/server-runner.ts'

export interface CleanOptions {
  keep: string
  server?: string
}

/** `woolgather clean`: has a server forget old runs. The history is its own: nobody else can say what is in use. */
export async function clean({ keep, server }: CleanOptions, io: CliIo): Promise<number> {
  readKeep(keep, '--keep')
  const { host, port } = serverOptions
  const runs = await createServerRunner(server ?? `http://${host.default}:${port.default}`).clean(keep)
  io.stdout.write(`${runs === 1 ? '1 run is' : `${runs} runs are`} forgotten.\n`)
  return exitCodes.ok
}
