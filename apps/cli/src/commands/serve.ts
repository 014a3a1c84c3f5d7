import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { resolveFolders } from '@woolgather/supervisor'
import open from 'open'
import type { CliIo } from '../cli-io.ts'
import { exitCodes } from '../exit-codes.ts'

export interface ServeOptions {
  host?: string
  port?: string
  token?: string
  allowHost?: string[]
  allowOrigin?: string[]
  models?: string[]
  output?: string
  data?: string
  nodes?: string[]
  cpu?: boolean
  open?: boolean
}

/** `woolgather serve`: runs the server as a process of its own until it ends; returns its exit code. */
export async function serve(options: ServeOptions, io: CliIo): Promise<number> {
  const child = spawn(process.execPath, [serverEntry(), ...serverArguments(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Not on its command line, which everyone on the machine can read.
    env: { ...process.env, ...(options.token !== undefined && { WOOLGATHER_TOKEN: options.token }) },
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    io.stdout.write(text)
    const url = /^http:\S+/m.exec(text)?.[0]
    if (options.open && url !== undefined) void open(url)
  })
  let interrupts = 0
  const stopListening = io.onInterrupt(() => child.kill(interrupts++ === 0 ? 'SIGTERM' : 'SIGKILL'))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  stopListening()
  return code ?? exitCodes.failed
}

/** The server is an application of its own: it is started, never imported. */
function serverEntry(): string {
  return fileURLToPath(import.meta.resolve('@woolgather/server/main'))
}

function serverArguments(options: ServeOptions): string[] {
  const folders = resolveFolders(options)
  const many = (name: string, values: readonly string[] = []): string[] =>
    values.flatMap((value) => [name, value])
  return [
    ...many('--host', options.host === undefined ? [] : [options.host]),
    ...many('--port', options.port === undefined ? [] : [options.port]),
    ...many('--allow-host', options.allowHost),
    ...many('--allow-origin', options.allowOrigin),
    ...many('--models', folders.models),
    ...many('--nodes', folders.nodes),
    ...['--output', folders.output, '--data', folders.data],
    ...(options.cpu ? ['--cpu'] : []),
  ]
}
