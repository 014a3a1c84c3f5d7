import { openHashMemory, type Models } from '@woolgather/files'
import path from 'node:path'
import { startThreads } from './jobs/threads.ts'
import { createBaseCheck, type BaseCheck } from './loras/base-check.ts'
import { createLoraMaker, type LoraMaker } from './loras/make-lora.ts'
import { openTrainedLoras, type TrainedLoras } from './loras/trained-loras.ts'
import { openMadeFiles } from './made/made-files.ts'
import type { Sharing } from './made/sharing.ts'
import { readBudget } from './made/read-budget.ts'
import { createModelMaker, type ModelMaker } from './merging/make-model.ts'
import { createContents } from './sources/contents.ts'
import { createSourceFiles, type SourceFiles } from './sources/source-files.ts'

export interface MakersOptions {
  /** Finds the files that are made from. */
  models: Pick<Models, 'find'>
  /** Folder for what was made, and for hashes of files. */
  data: string
  /** Identity of the code: what another made is made anew. Absent: what any made is taken. */
  code?: string | undefined
  /** Other machines that make the same. */
  sharing?: Sharing | undefined
}

/** What makes files of weights out of other files of weights. Disposing ends what is being made. */
export interface Makers extends AsyncDisposable {
  sources: SourceFiles
  maker: ModelMaker
  loras: LoraMaker
  trained: TrainedLoras
  bases: BaseCheck
}

export function openMakers({ models, data, code, sharing }: MakersOptions): Makers {
  const threads = startThreads()
  const ending = new AbortController()
  const contents = createContents({
    hashes: openHashMemory(path.join(data, 'model-hashes.json')),
    hash: (file) => threads.run({ kind: 'hash', file }, ending.signal),
  })
  const files = createSourceFiles((file) => models.find(file), contents)
  const made = openMadeFiles(path.join(data, 'made'), readBudget(), { code, sharing })
  const trained = openTrainedLoras(path.join(data, 'trained'), sharing)
  // Models are merged with LoRAs in them, and LoRAs are extracted from models.
  const loras = createLoraMaker({ made, threads, files, modelPath: (...of) => maker.pathOf(...of), trained })
  const maker = createModelMaker({ made, threads, files, loras })
  return {
    sources: files,
    maker,
    loras,
    trained,
    bases: createBaseCheck({ files, trained }),
    async [Symbol.asyncDispose]() {
      ending.abort()
      await threads[Symbol.asyncDispose]()
      await made[Symbol.asyncDispose]()
    },
  }
}
