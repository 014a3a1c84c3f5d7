import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { startNatsServer, type NatsServer } from './nats-server.ts'
import { createScratch, root, type Scratch } from './scratch.ts'
import { readUrl } from './server.ts'

/** Several machines on one: a real nats-server, a server, and workers, each a process of its own with its own folders. */
export interface Farm extends AsyncDisposable {
  nats: NatsServer
  scratch: Scratch
  /** The server, as `--server` takes it; it comes back under the same address. */
  url: string
  startWorker(name: string, models?: string): void
  /** As if its machine were switched off. */
  killWorker(name: string): Promise<void>
  killServer(): Promise<void>
  bringServerBack(): Promise<void>
}

/**
 * @param options.restarts a worker that ends is started again, as systemd does it
 * @param options.nats added to the configuration of NATS
 */
export async function startFarm(
  nodes: readonly string[] = [],
  { restarts = false, nats: config = '' }: { restarts?: boolean; nats?: string } = {},
): Promise<Farm> {
  const scratch = await createScratch()
  const nats = await startNatsServer(config)
  const workers = new Map<string, ChildProcess>()
  const packages = nodes.flatMap((folder) => ['--nodes', folder])
  const start = (command: string, args: readonly string[], stdout: 'pipe' | 'ignore'): ChildProcess =>
    spawn(
      process.execPath,
      [path.join(root, 'apps/cli/bin/woolgather.js'), command, '--fabric', nats.url, ...packages, ...args],
      { cwd: root, stdio: ['ignore', stdout, 'ignore'] },
    )
  let isOver = false
  const startWorker = (name: string, models: string): void => {
    const folders = ['--data', scratch.path(name), '--models', models]
    const worker = start('worker', ['--cpu', '--name', name, ...folders], 'ignore')
    workers.set(name, worker)
    worker.once('exit', () => {
      if (restarts && !isOver) startWorker(name, models)
    })
  }
  const kill = async (process: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> => {
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return
    process.kill(signal)
    await once(process, 'exit')
  }

  let server: ChildProcess
  /** The server itself: what started it ends with it, and it with that. */
  let serverPid = 0
  const startServer = async (port: string): Promise<string> => {
    const folders = ['--data', scratch.path('server'), '--output', scratch.path('output')]
    server = start('serve', ['--port', port, ...folders], 'pipe')
    const url = await readUrl(server)
    const children = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')
    serverPid = Number(children.trim().split(' ')[0])
    return url
  }
  const url = await startServer('0')

  return {
    nats,
    scratch,
    url,
    startWorker: (name, models = path.join(root, 'models')) => startWorker(name, models),
    killWorker: (name) => kill(workers.get(name), 'SIGKILL'),
    async killServer() {
      process.kill(serverPid, 'SIGKILL')
      if (server.exitCode === null) await once(server, 'exit')
    },
    bringServerBack: async () => void (await startServer(new URL(url).port)),
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all([server, ...workers.values()].map((process) => kill(process, 'SIGTERM')))
      await nats[Symbol.asyncDispose]()
      await scratch[Symbol.asyncDispose]()
    },
  }
}
