import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  handOn,
  openedVariable,
  parentVariable,
  readOptions,
  watchProcess,
  type GivenOptions,
} from '@woolgather/supervisor'
import open from 'open'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { findIn } from '../reading/read-workflow.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { workerOptions } from '../io/with-options.ts'

export type ServeOptions = GivenOptions & { open?: boolean; withWorker?: boolean }

/** Milliseconds for the server to stop in, where who started this is gone. */
const orphanMs = 6_000

/**
 * `woolgather serve [FILE]`: runs the server as a process of its own until it ends, and opens a workflow in the browser;
 * returns the exit code.
 */
export async function serve(file: string | undefined, options: ServeOptions, io: CliIo): Promise<number> {
  // Before a process is started that would only say so.
  if (readOptions(options).fabric === undefined && options.withWorker) throw workerWithoutFabric()
  const opened = file === undefined ? undefined : (await findIn(file, io.stdin)).workflow
  const { args, env } = handOn(options)
  // What `npm start` started ends with it, however that ends.
  watchProcess({ onOrphaned: () => child.kill('SIGTERM'), grace: orphanMs })
  const child = spawn(process.execPath, [serverEntry(), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...env,
      [parentVariable]: String(process.pid),
      ...(opened && { [openedVariable]: '1' }),
    },
  })
  // A server that ends before it reads says itself why.
  child.stdin.on('error', () => {})
  child.stdin.end(opened && JSON.stringify(opened))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    io.stdout.write(text)
    const url = /^http:\S+/m.exec(text)?.[0]
    if ((options.open || opened) && url !== undefined) void open(url)
  })
  let interrupts = 0
  const worker = options.withWorker ? startWorkerBeside(options) : undefined
  const stopListening = io.onInterrupt(() => child.kill(interrupts++ === 0 ? 'SIGTERM' : 'SIGKILL'))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  stopListening()
  worker?.kill('SIGTERM')
  return code ?? exitCodes.failed
}

/** `woolgather worker` for the same fabric, as a process of its own; it ends with this one. */
function startWorkerBeside(options: ServeOptions): ChildProcess {
  const args = workerOptions.concat('fabric').flatMap((name) => handOn({ [name]: options[name] }).args)
  return spawn(process.execPath, [process.argv[1] as string, 'worker', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [parentVariable]: String(process.pid) },
  })
}

/** The server is an application of its own: it is started, never imported, so it may not be built where this is. */
function serverEntry(): string {
  const entry = createRequire(import.meta.url).resolve('@woolgather/server/main')
  if (existsSync(entry)) return entry
  throw new CliError([
    {
      code: 'file-not-found',
      message: 'The server is not built yet.',
      hint: '`npm start` builds and opens it; `npm run build` builds everything.',
    },
  ])
}

function workerWithoutFabric(): CliError {
  return new CliError([
    {
      code: 'missing-input',
      message: '--with-worker goes with --fabric: without one a server has a worker anyway.',
    },
  ])
}
