import path from 'node:path'
import { createFileArtifactStore, openDiskCache, startRun, type Registry, type Run } from '@woolgather/engine'
import { SharedModels, type LlamaRuntime } from '@woolgather/llama'
import { openDownloadHosts, openModels } from '@woolgather/files'
import { loadNodes, type NodeServices } from '@woolgather/nodes'
import type { CellCancellation, WorkerFolders, WorkerMessage, WorkerRequest } from '@woolgather/protocol'
import type { ProcessWatch } from '@woolgather/supervisor'
import { createWeights, openMakers } from '@woolgather/weights'
import type { RunEvent, Workflow } from '@woolgather/workflow'
import { createCellServices } from './cell-services.ts'
import { createFiles } from './files.ts'
import { createModels } from './models.ts'
import { reportMemory } from './report-memory.ts'
import { readLeftOver } from './read-left-over.ts'
import { createTraining } from './training.ts'

export interface WorkerOptions {
  llama: LlamaRuntime
  folders: WorkerFolders
  /** Describes what can be run, and defines what is not the library's. */
  registry: Registry<NodeServices>
  send: (message: WorkerMessage) => void
  /** `codeIdentity()`: what is kept is kept for this code; absent: for any. */
  code?: string | undefined
  /** Is told which cells run. */
  watch?: ProcessWatch | undefined
  /** Milliseconds after its last use that a model is unloaded; absent: it stays. */
  idleMs?: number | undefined
}

export interface Worker extends AsyncDisposable {
  handle(request: Exclude<WorkerRequest, { type: 'shutdown' | 'ping' }>): void
}

interface RunningRun {
  cancel: AbortController
  /** Settles when what an earlier process left over was read, and the run has begun. */
  begun: Promise<Run>
  done: Promise<unknown>
}

/** Executes runs, several at once if asked to. Disposing cancels them, waits for them, and frees the models. */
export function startWorker({ llama, folders, registry, send, code, watch, idleMs }: WorkerOptions): Worker {
  const artifacts = createFileArtifactStore(path.join(folders.data, 'artifacts'), {
    onDamaged: (file) =>
      console.error(`${file} is damaged: it is written anew when its contents are made again.`),
  })
  const cache = openDiskCache(path.join(folders.data, 'cache'), {
    onProblem: sayOnce((error) =>
      console.error(`The cache goes on without what it cannot read or write: ${error.message}.`),
    ),
  })
  const found = openModels({ folders: folders.models, data: folders.data })
  const makers = openMakers({ models: found, data: folders.data, code })
  const { sources, maker, loras, trained } = makers
  const memory = reportMemory(send)
  const loaded = new SharedModels(llama, { idleMs, onChange: (models) => memory.changed(models) })
  const models = createModels(llama, {
    folders: folders.models,
    found,
    hosts: openDownloadHosts(folders),
    files: sources,
    weights: maker,
    loras,
    loaded,
  })
  const weights = createWeights({
    folders: folders.models,
    files: sources,
    maker,
    loras,
    free: (file) => loaded.free(file),
  })
  const files = createFiles(folders.output, [path.join(folders.data, 'inputs'), folders.output])
  const training = createTraining({
    folder: path.join(folders.data, 'training'),
    models,
    weights: maker,
    loras,
    trained,
    threads: llama.info.threads,
  })
  const services: NodeServices = { models, weights, training, files }
  const running = new Map<string, RunningRun>()

  const start = (request: WorkerRequest & { type: 'run' }): void => {
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
        loaded.hold(run, [], false)
        events.flush()
        running.delete(run)
      })
    running.set(run, { cancel, begun, done })
  }

  const begin = async (
    { run, workflow, targets, fresh, seeds, leftOver }: WorkerRequest & { type: 'run' },
    emit: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<Run> =>
    startRun({
      workflow,
      registry: await withNodesOf(workflow, registry),
      services,
      forCell: () => createCellServices({ models, weights, training, files, sources }),
      onHold: ({ names, others }) => loaded.hold(run, names, others),
      run,
      artifacts,
      cache,
      code,
      // A training takes all processors.
      concurrency: { default: 8, model: 64, training: 1 },
      emit,
      signal,
      ...(targets && { targets }),
      ...(fresh && { fresh }),
      ...(seeds && { seeds }),
      ...(leftOver && { earlier: await readLeftOver(leftOver, artifacts) }),
    })

  return {
    handle(request) {
      if (request.type === 'run') start(request)
      else if (request.type === 'unload') void loaded.unloadIdle()
      else if (request.cells === undefined) running.get(request.run)?.cancel.abort()
      else cancelCells(running.get(request.run), request.cells)
    },
    async [Symbol.asyncDispose]() {
      memory.stop()
      for (const { cancel } of running.values()) cancel.abort()
      await Promise.all([...running.values()].map(({ done }) => done))
      await cache.close()
      await loaded[Symbol.asyncDispose]()
      await makers[Symbol.asyncDispose]()
      await llama[Symbol.asyncDispose]()
    },
  }
}

/** With the nodes of the library that this workflow has. */
async function withNodesOf(
  workflow: Workflow,
  { definitions, descriptions }: Registry<NodeServices>,
): Promise<Registry<NodeServices>> {
  return { definitions: new Map([...(await loadNodes(workflow)), ...definitions]), descriptions }
}

function cancelCells(running: RunningRun | undefined, { node, at, branch }: CellCancellation): void {
  void running?.begun.then((run) => (branch === true ? run.cancelBranch(node, at) : run.cancelCell(node, at)))
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
