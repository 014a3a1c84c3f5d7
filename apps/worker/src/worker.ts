import path from 'node:path'
import { createFileArtifactStore, createRegistry, executeWorkflow, openDiskCache } from '@woolgather/engine'
import type { LlamaRuntime } from '@woolgather/llama'
import { definitions, type NodeServices, type WoolgatherNode } from '@woolgather/nodes'
import type { WorkerFolders, WorkerMessage, WorkerRequest } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'
import { createFiles } from './files.ts'
import { createModelPool } from './models.ts'
import { readLeftOver } from './read-left-over.ts'

export interface WorkerOptions {
  llama: LlamaRuntime
  folders: WorkerFolders
  /** Node types besides the library's. */
  nodes?: readonly WoolgatherNode[] | undefined
  send: (message: WorkerMessage) => void
}

export interface Worker extends AsyncDisposable {
  handle(request: Exclude<WorkerRequest, { type: 'shutdown' }>): void
}

/** Executes runs, several at once if asked to. Disposing cancels them, waits for them, and frees the models. */
export function startWorker({ llama, folders, nodes = [], send }: WorkerOptions): Worker {
  const registry = createRegistry([...definitions, ...nodes])
  const artifacts = createFileArtifactStore(path.join(folders.data, 'artifacts'))
  const cache = openDiskCache(path.join(folders.data, 'cache'))
  const models = createModelPool(llama, folders.models)
  const services: NodeServices = {
    models,
    files: createFiles(folders.output, [path.join(folders.data, 'inputs'), folders.output]),
  }
  const running = new Map<string, { cancel: AbortController; done: Promise<unknown> }>()

  const start = (request: WorkerRequest & { type: 'run' }): void => {
    const { run } = request
    const cancel = new AbortController()
    // Which cell ends this process can be told only where its beginning was told before.
    const events = createEventSender(run, send, { startsAtOnce: request.leftOver !== undefined })
    const done = execute(request, events.add, cancel.signal).finally(() => {
      events.flush()
      running.delete(run)
    })
    running.set(run, { cancel, done })
  }

  const execute = async (
    { run, workflow, targets, seeds, leftOver }: WorkerRequest & { type: 'run' },
    emit: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<unknown> =>
    executeWorkflow({
      workflow,
      registry,
      services,
      run,
      artifacts,
      cache,
      concurrency: { default: 8, model: 64 },
      emit,
      signal,
      ...(targets && { targets }),
      ...(seeds && { seeds }),
      ...(leftOver && { earlier: await readLeftOver(leftOver, artifacts) }),
    })

  return {
    handle(request) {
      if (request.type === 'run') start(request)
      else running.get(request.run)?.cancel.abort()
    },
    async [Symbol.asyncDispose]() {
      for (const { cancel } of running.values()) cancel.abort()
      await Promise.all([...running.values()].map(({ done }) => done))
      await cache.close()
      await models[Symbol.asyncDispose]()
      await llama[Symbol.asyncDispose]()
    },
  }
}

/** Events of one turn of the event loop travel as one message. */
function createEventSender(
  run: string,
  send: (message: WorkerMessage) => void,
  { startsAtOnce }: { startsAtOnce: boolean },
): { add: (event: RunEvent) => void; flush: () => void } {
  let pending: RunEvent[] = []
  const flush = (): void => {
    if (pending.length === 0) return
    send({ type: 'events', run, events: pending })
    pending = []
  }
  return {
    add(event) {
      if (pending.push(event) === 1) setImmediate(flush)
      if (startsAtOnce && event.type === 'cell.started') flush()
    },
    flush,
  }
}
