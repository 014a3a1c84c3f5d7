import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile } from 'node:fs/promises'
import { openedVariable } from '@woolgather/supervisor'
import { createScratch, root, type Scratch } from './scratch.ts'

interface ServerProcessOptions {
  /** Default: any that is free. */
  port?: string
  /** Folders of node packages. */
  nodes?: readonly string[]
  /** A name beside those of this machine that it answers to. */
  host?: string
  /** Its models are on workers of a fabric, the folder `fabric` of its scratch. */
  fabric?: boolean
  /** Through `woolgather serve`. */
  command?: boolean
  /** A workflow that it is handed, as `woolgather serve FILE` does. */
  opened?: string
  /** Default: that of this process. */
  stderr?: 'pipe'
}

/** The server as a process of its own, as `woolgather serve` starts it. */
export function startServer(scratch: Scratch, options: ServerProcessOptions = {}): ChildProcess {
  const {
    port = '0',
    nodes = [],
    host,
    fabric = false,
    command = false,
    opened,
    stderr = 'inherit',
  } = options
  const program = command ? ['apps/cli/bin/woolgather.js', 'serve'] : ['apps/server/bin/main.js']
  const folders = [
    '--data',
    scratch.path('data'),
    '--output',
    scratch.path('output'),
    '--models',
    scratch.path('models'),
    ...(host === undefined ? [] : ['--allow-host', host]),
    ...(fabric ? ['--fabric', scratch.path('fabric')] : []),
    ...nodes.flatMap((folder) => ['--nodes', folder]),
  ]
  const server = spawn(process.execPath, [...program, '--port', port, ...folders], {
    cwd: root,
    env: { ...process.env, ...(opened !== undefined && { [openedVariable]: '1' }) },
    stdio: ['pipe', 'pipe', stderr],
  })
  server.stdin?.end(opened)
  return server
}

/** Where it is, as soon as it listens. */
export function readUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const url = /^http:\S+/m.exec(printed)?.[0]
      if (url !== undefined) resolve(url)
    })
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${printed}`)))
  })
}

/** The process that runs workflows for a server; 0 where there is none. */
export async function findWorker(server: number): Promise<number> {
  const children = await readFile(`/proc/${server}/task/${server}/children`, 'utf8')
  for (const pid of children.trim().split(' ').filter(Boolean).map(Number))
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('apps/worker/')) return pid
  return 0
}

interface RunningServer extends AsyncDisposable {
  scratch: Scratch
  /** What makes `woolgather run` run there: one worker for many runs, for starting one takes longer than most of them. */
  there: readonly string[]
  workerPid: () => Promise<number>
}

/** A server in a folder of its own; both go when it is disposed. */
export async function serve(options?: ServerProcessOptions): Promise<RunningServer> {
  const scratch = await createScratch()
  const server = startServer(scratch, options)
  const url = await readUrl(server)
  return {
    scratch,
    there: ['--server', url],
    workerPid: () => findWorker(server.pid ?? 0),
    async [Symbol.asyncDispose]() {
      if (server.kill('SIGTERM')) await once(server, 'exit')
      await scratch[Symbol.asyncDispose]()
    },
  }
}

/** A server on a copy of a data folder. */
export async function serveData(data: string): Promise<AsyncDisposable & { url: string }> {
  const scratch = await createScratch()
  await cp(data, scratch.path('data'), { recursive: true })
  const server = startServer(scratch)
  const url = await readUrl(server)
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (server.kill('SIGTERM')) await once(server, 'exit')
      await scratch[Symbol.asyncDispose]()
    },
  }
}
