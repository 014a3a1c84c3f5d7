import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkerStatus } from '@woolgather/protocol'
import type { RunEvent, RunStatus, Workflow } from '@woolgather/workflow'
import { startWorker } from '../start-worker.ts'
import type { RunRequest, StartWorkerOptions, WorkerHandle } from '../worker-handle.ts'

const entry = fileURLToPath(new URL('scripted-worker.mjs', import.meta.url))

/** A worker that plays scripts, with short waits; `seen` is every status it had. */
export function start(options: Partial<StartWorkerOptions> = {}): WorkerHandle & { seen: WorkerStatus[] } {
  const data = mkdtempSync(path.join(tmpdir(), 'woolgather-supervisor-'))
  const seen: WorkerStatus[] = []
  const handle = startWorker({
    entry,
    folders: { models: [data], output: data, data },
    onStatus: (status) => seen.push(status),
    ...options,
    limits: { firstBackoff: 20, ...options.limits },
  })
  return Object.assign(Object.create(handle) as WorkerHandle, {
    seen,
    [Symbol.asyncDispose]: () => handle.close(),
  })
}

/** A workflow whose name is a script. */
export function script(name: string): Workflow {
  return { format: 'woolgather', version: 1, name, nodes: { text: { type: 'text/text' } } }
}

/** Runs a script to its end. */
export async function play(
  worker: WorkerHandle,
  name: string,
  options: Partial<RunRequest> = {},
): Promise<{ status: RunStatus; events: RunEvent[] }> {
  const events: RunEvent[] = []
  const status = await worker.run({
    run: name,
    workflow: script(name),
    onEvents: (fresh) => events.push(...fresh),
    ...options,
  })
  return { status, events }
}

/** Milliseconds in which a worker that works is sure to answer: ten times what one takes here and now to begin. */
export async function timeToAnswer(): Promise<number> {
  const began = performance.now()
  await using worker = start()
  await play(worker, 'end completed')
  return Math.ceil((performance.now() - began) * 10)
}

/** `3 cell.started b` for each. */
export const told = (events: RunEvent[]): string[] =>
  events.map((event) => `${event.seq} ${event.type}${'node' in event ? ` ${event.node}` : ''}`)
