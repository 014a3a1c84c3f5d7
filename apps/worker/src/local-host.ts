import path from 'node:path'
import type { Registry } from '@woolgather/engine'
import { openDownloadHosts, openModels } from '@woolgather/files'
import { SharedModels, type LlamaRuntime } from '@woolgather/llama'
import { loadNodes, type NodeServices } from '@woolgather/nodes'
import type { WorkerFolders, WorkerMessage } from '@woolgather/protocol'
import { createWeights, openMakers, type Sharing } from '@woolgather/weights'
import { createCellServices } from './cell-services.ts'
import { createFiles } from './host/files.ts'
import type { Host } from './host/host.ts'
import { createModels } from './models.ts'
import { reportMemory } from './report-memory.ts'
import { createTraining } from './training.ts'

export interface LocalHostOptions {
  llama: LlamaRuntime
  folders: WorkerFolders
  /** Defines what is not the library's. */
  registry: Registry<NodeServices>
  send: (message: WorkerMessage) => void
  /** `codeIdentity()`: what is made is made by this code; absent: by any. */
  code?: string | undefined
  /** Other machines that make what this one makes. */
  sharing?: Sharing | undefined
  /** Milliseconds after its last use that a model is unloaded; absent: it stays. */
  idleMs?: number | undefined
}

/** This machine: its models are loaded here, and cells run in this process. */
export function openLocalHost({
  llama,
  folders,
  registry,
  send,
  code,
  sharing,
  idleMs,
}: LocalHostOptions): Host {
  const found = openModels({ folders: folders.models, data: folders.data })
  const makers = openMakers({ models: found, data: folders.data, code, sharing })
  const { sources, maker, loras, trained, bases } = makers
  const memory = reportMemory(send)
  const loaded = new SharedModels(llama, { idleMs, onChange: (models) => memory.changed(models) })
  const models = createModels(llama, {
    folders: folders.models,
    found,
    hosts: openDownloadHosts(folders),
    files: sources,
    weights: maker,
    loras,
    bases,
    loaded,
  })
  const weights = createWeights({
    folders: folders.models,
    files: sources,
    maker,
    loras,
    bases,
    free: (file) => loaded.free(file),
  })
  const files = createFiles(folders.output, [path.join(folders.data, 'inputs'), folders.output])
  const training = createTraining({
    folder: path.join(folders.data, 'training'),
    models,
    files: sources,
    weights: maker,
    loras,
    trained,
    bases,
    threads: llama.info.threads,
  })
  return {
    services: { models, weights, training, files },
    forCell: () => createCellServices({ models, weights, training, files, sources }),
    // A training takes all processors.
    concurrency: { default: 8, model: 64, training: 1 },
    definitionsOf: async ({ workflow }) => new Map([...(await loadNodes(workflow)), ...registry.definitions]),
    hold: (run, names, others) => loaded.hold(run, names, others),
    unload: () => void loaded.unloadIdle(),
    async [Symbol.asyncDispose]() {
      memory.stop()
      await loaded[Symbol.asyncDispose]()
      await makers[Symbol.asyncDispose]()
      await llama[Symbol.asyncDispose]()
    },
  }
}
