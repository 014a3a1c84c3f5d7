import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import {
  workerMessageSchema,
  type WorkerFolders,
  type WorkerMessage,
  type WorkerRequest,
} from '@woolgather/protocol'
import { createLogRing } from './log-ring.ts'
import type { ProcessEnd } from './describe-end.ts'
import { parentVariable } from './watch/follow-parent.ts'
import { readSigns, signsFd, type SignOfLife } from './watch/signs-of-life.ts'
import { countMemoryKills, memoryOf } from './watch/process-memory.ts'

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
  /** About twice a second, whatever its main thread does. */
  onSign: (sign: SignOfLife) => void
  /** Bytes it takes, as often as asked for. */
  onMemory: (bytes: number) => void
  memoryInterval: number
}

/** One worker process, from its start to its end. Never restarted: `startWorker` makes another. */
export interface WorkerProcess {
  readonly ended: Promise<ProcessEnd>
  send(request: WorkerRequest): void
  signal(name: NodeJS.Signals): void
}

export function forkWorker(options: ForkOptions): WorkerProcess {
  const report = createReport()
  const child = fork(options.entry, [], {
    // Flags of this process (test runners, loaders, debuggers' ports) are not the worker's.
    execArgv: report.flags,
    env: {
      ...process.env,
      ...options.env,
      WOOLGATHER_WORKER_FOLDERS: JSON.stringify(options.folders),
      [parentVariable]: String(process.pid),
    },
    serialization: 'json',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // Its own process group: Ctrl-C in a terminal is ours to translate into a cancelled run.
    detached: process.platform !== 'win32',
  })
  const log = createLogRing(keptLogLines, options.onLog)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => log.write(chunk))
  }

  const signs = child.stdio[signsFd] as Readable | null | undefined
  if (signs) readSigns(signs, options.onSign)
  const memory = watchMemory(child, options)

  let trusted = true
  child.on('message', (value) => {
    if (!trusted) return
    const message = workerMessageSchema.safeParse(value)
    if (message.success) return options.onMessage(message.data)
    trusted = false
    options.onNonsense(message.error.issues[0]?.message ?? 'unknown message')
  })

  return {
    ended: waitForEnd(child).then((end) => {
      const memoryKills = memory.stop()
      const outOfMemory = report.read() || (end.signal === 'SIGKILL' && memoryKills > 0)
      return { ...end, outOfMemory, log: log.lines() }
    }),
    send(request) {
      // A process that is gone is told by `ended`; here it is only not an error.
      if (child.connected) child.send(request, () => {})
    },
    signal(name) {
      child.kill(name)
    },
  }
}

/**
 * Looks at what a process takes until it is stopped, which tells how often the system has ended a process for want of
 * memory since the last look.
 */
function watchMemory(
  child: ChildProcess,
  { onMemory, memoryInterval }: Pick<ForkOptions, 'onMemory' | 'memoryInterval'>,
): { stop(): number } {
  let kills = countMemoryKills()
  const timer = setInterval(() => {
    const bytes = child.pid === undefined ? undefined : memoryOf(child.pid)
    if (bytes === undefined) return
    kills = countMemoryKills()
    onMemory(bytes)
  }, memoryInterval).unref()
  return {
    stop() {
      clearInterval(timer)
      return countMemoryKills() - kills
    },
  }
}

/** Node's own report of its end is the one place that says, as a fact, that JavaScript found no memory. */
function createReport(): { flags: string[]; read(): boolean } {
  // The report holds the environment, so nobody else may read it.
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-worker-'))
  const name = 'report.json'
  return {
    flags: ['--report-on-fatalerror', `--report-directory=${folder}`, `--report-filename=${name}`],
    read() {
      try {
        const report = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
          header?: { trigger?: unknown }
        }
        return report.header?.trigger === 'OOMError'
      } catch {
        return false
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

function waitForEnd(child: ChildProcess): Promise<Pick<ProcessEnd, 'code' | 'signal' | 'spawnError'>> {
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
