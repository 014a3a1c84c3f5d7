import path from 'node:path'
import { createFileArtifactStore, openDiskCache, startRun, type Registry, type Run } from '@woolgather/engine'
import type { NodeServices } from '@woolgather/nodes'
import type { CellCancellation, WorkerFolders, WorkerMessage, WorkerRequest } from '@woolgather/protocol'
import type { ProcessWatch } from '@woolgather/supervisor'
import type { RunEvent } from '@woolgather/workflow'
import type { Host, RunAsked } from './host/host.ts'
import { readLeftOver } from './read-left-over.ts'

export interface WorkerOptions {
  /** What cells run on; disposed with the worker. */
  host: Host
  folders: Pick<WorkerFolders, 'data'>
  /** Describes what can be run. */
  registry: Registry<NodeServices>
  send: (message: WorkerMessage) => void
  /** `codeIdentity()`: what is kept is kept for this code; absent: for any. */
  code?: string | undefined
  /** Is told which cells run. */
  watch?: ProcessWatch | undefined
}

export interface Worker extends AsyncDisposable {
  handle(request: Exclude<WorkerRequest, { type: 'shutdown' | 'ping' | 'shared' }>): void
}

interface RunningRun {
  cancel: AbortController
  /** Settles when what an earlier process left over was read, and the run has begun. */
  begun: Promise<Run>
  done: Promise<unknown>
}

/** Executes runs, several at once if asked to. Disposing cancels them, waits for them, and frees what they ran on. */
export function startWorker({ host, folders, registry, send, code, watch }: WorkerOptions): Worker {
  const artifacts = createFileArtifactStore(path.join(folders.data, 'artifacts'), {
    onDamaged: (file) =>
      console.error(`${file} is damaged: it is written anew when its contents are made again.`),
  })
  const cache = openDiskCache(path.join(folders.data, 'cache'), {
    onProblem: sayOnce((error) =>
      console.error(`The cache goes on without what it cannot read or write: ${error.message}.`),
    ),
  })
  const running = new Map<string, RunningRun>()

  const start = (request: RunAsked): void => {
    const { run } = request
    const cancel = new AbortController()
    // Which cell ends this process can be told only where its beginning was told before.
    const events = createEventSender(run, send, { startsAtOnce: request.leftOver !== undefined })
    const tell = (event: RunEvent): void => {
      if (event.type === 'cell.started') watch?.began(event)
      if (event.type === 'cell.finished' || event.type === 'cell.failed') watch?.ended(event)
      events.add(event)
    }
    const begun = begin(request, tell, cancel.signal)
    const done = begun
      .then(({ result }) => result)
      .finally(() => {
        host.hold(run, [], false)
        events.flush()
        running.delete(run)
      })
    running.set(run, { cancel, begun, done })
  }

  const begin = async (
    request: RunAsked,
    emit: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<Run> => {
    const { run, workflow, targets, fresh, seeds, leftOver } = request
    return startRun({
      workflow,
      registry: { definitions: await host.definitionsOf(request), descriptions: registry.descriptions },
      services: host.services,
      forCell: host.forCell,
      onHold: ({ names, others }) => host.hold(run, names, others),
      run,
      artifacts,
      cache,
      code,
      concurrency: host.concurrency,
      emit,
      signal,
      ...(targets && { targets }),
      ...(fresh && { fresh }),
      ...(seeds && { seeds }),
      ...(leftOver && { earlier: await readLeftOver(leftOver, artifacts) }),
    })
  }

  return {
    handle(request) {
      if (request.type === 'run') start(request)
      else if (request.type === 'unload') host.unload()
      else if (request.cells === undefined) running.get(request.run)?.cancel.abort()
      else cancelCells(running.get(request.run), request.cells)
    },
    async [Symbol.asyncDispose]() {
      for (const { cancel } of running.values()) cancel.abort()
      await Promise.all([...running.values()].map(({ done }) => done))
      await cache.close()
      await host[Symbol.asyncDispose]()
    },
  }
}

function cancelCells(running: RunningRun | undefined, { node, at, branch, keep }: CellCancellation): void {
  void running?.begun.then((run) => {
    if (keep === true) run.finishCell(node, at)
    else if (branch === true) run.cancelBranch(node, at)
    else run.cancelCell(node, at)
  })
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

/** A disk that is full or damaged is so for every cell; who reads the log is told once of each problem. */
function sayOnce(say: (error: Error) => void): (error: Error) => void {
  const said = new Set<string>()
  return (error) => {
    if (said.size < 100 && !said.has(error.message)) say(error)
    said.add(error.message)
  }
}
