import { fork, type ChildProcess } from 'node:child_process'
import {
  workerMessageSchema,
  type WorkerFolders,
  type WorkerMessage,
  type WorkerRequest,
} from '@woolgather/protocol'
import { createLogRing } from './log-ring.ts'
import type { ProcessEnd } from './describe-end.ts'

const keptLogLines = 50

/** Pipes can stay open in grandchildren; the end of the process is then told without their last lines. */
const pipeGraceMilliseconds = 1_000

export interface ForkOptions {
  entry: string
  folders: WorkerFolders
  env: Record<string, string>
  onMessage: (message: WorkerMessage) => void
  /** It said something that is no message: nothing it says can be trusted any more. */
  onNonsense: (problem: string) => void
  onLog: (line: string) => void
}

/** One worker process, from its start to its end. Never restarted: `startWorker` makes another. */
export interface WorkerProcess {
  readonly ended: Promise<ProcessEnd>
  send(request: WorkerRequest): void
  signal(name: NodeJS.Signals): void
}

export function forkWorker(options: ForkOptions): WorkerProcess {
  const child = fork(options.entry, [], {
    // Flags of this process (test runners, loaders, debuggers' ports) are not the worker's.
    execArgv: [],
    env: { ...process.env, ...options.env, WOOLGATHER_WORKER_FOLDERS: JSON.stringify(options.folders) },
    serialization: 'json',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Its own process group: Ctrl-C in a terminal is ours to translate into a cancelled run.
    detached: process.platform !== 'win32',
  })
  const log = createLogRing(keptLogLines, options.onLog)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => log.write(chunk))
  }

  let trusted = true
  child.on('message', (value) => {
    if (!trusted) return
    const message = workerMessageSchema.safeParse(value)
    if (message.success) return options.onMessage(message.data)
    trusted = false
    options.onNonsense(message.error.issues[0]?.message ?? 'unknown message')
  })

  return {
    ended: waitForEnd(child).then((end) => ({ ...end, log: log.lines() })),
    send(request) {
      // A process that is gone is told by `ended`; here it is only not an error.
      if (child.connected) child.send(request, () => {})
    },
    signal(name) {
      child.kill(name)
    },
  }
}

function waitForEnd(child: ChildProcess): Promise<Omit<ProcessEnd, 'log'>> {
  return new Promise((resolve) => {
    // 'close' comes after the last message and the last line of output, 'exit' may come before.
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.once('exit', (code, signal) => {
      setTimeout(() => resolve({ code, signal }), pipeGraceMilliseconds).unref()
    })
    child.on('error', (spawnError) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, spawnError })
    })
  })
}
