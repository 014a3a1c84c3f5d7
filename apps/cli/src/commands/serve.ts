import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentVariable, readWorkerMemory, resolveFolders, watchProcess } from '@woolgather/supervisor'
import open from 'open'
import { CliError } from '../cli-error.ts'
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
  idleUnload?: string
  workerMemory?: string
  /** How many; true where only the option was given. */
  behindProxy?: string | true
}

/** Milliseconds for the server to stop in, where who started this is gone. */
const orphanMs = 6_000

/** `woolgather serve`: runs the server as a process of its own until it ends; returns its exit code. */
export async function serve(options: ServeOptions, io: CliIo): Promise<number> {
  readWorkerMemory(options.workerMemory)
  // What `npm start` started ends with it, however that ends.
  watchProcess({ onOrphaned: () => child.kill('SIGTERM'), grace: orphanMs })
  const child = spawn(process.execPath, [serverEntry(), ...serverArguments(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Not on its command line, which everyone on the machine can read.
    env: {
      ...process.env,
      ...(options.token !== undefined && { WOOLGATHER_TOKEN: options.token }),
      [parentVariable]: String(process.pid),
    },
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

/** The server is an application of its own: it is started, never imported, so it may not be built where this is. */
function serverEntry(): string {
  const entry = fileURLToPath(import.meta.resolve('@woolgather/server/main'))
  if (existsSync(entry)) return entry
  throw new CliError([
    {
      code: 'file-not-found',
      message: 'The server is not built yet.',
      hint: '`npm start` builds and opens it; `npm run build` builds everything.',
    },
  ])
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
    ...(options.behindProxy === undefined
      ? []
      : ['--behind-proxy', String(options.behindProxy === true ? 1 : options.behindProxy)]),
    ...many('--models', folders.models),
    ...many('--nodes', folders.nodes),
    ...['--output', folders.output, '--data', folders.data],
    ...many('--idle-unload', options.idleUnload === undefined ? [] : [options.idleUnload]),
    ...many('--worker-memory', options.workerMemory === undefined ? [] : [options.workerMemory]),
    ...(options.cpu ? ['--cpu'] : []),
  ]
}
