import { loadNative } from '@woolgather/ggml'
import type { Native } from '@woolgather/ggml'
import { writeRandomModel } from '@woolgather/ggml/testing'
import type { RandomModelOptions } from '@woolgather/ggml/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LoadModelOptions } from '../contract/interface.ts'
import { ResidentModel } from '../resident/resident-model.ts'
import { MemoryClaims } from '../memory/index.ts'
import { SharedWeights } from '../native/shared-weights.ts'
import { identifyModel } from '../native/identify-file.ts'

/** A folder that is gone with its scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'llama-'))
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

export interface TestModel extends AsyncDisposable {
  model: ResidentModel
  native: Native
  folder: string
  path: string
}

/** A tiny random model in memory, with the engine behind it in reach. */
export async function loadTestModel(
  shape: RandomModelOptions = {},
  options: Partial<LoadModelOptions> = {},
): Promise<TestModel> {
  const folder = await temporaryFolder()
  const file = path.join(folder.path, 'model.gguf')
  await writeRandomModel(file, shape)
  const native = await loadNative({ gpu: 'cpu' })
  const runtime = { build: native.binary.release, backend: 'cpu' as const, devices: [], threads: 1 }
  const parts = { native, runtime, claims: new MemoryClaims(), weights: new SharedWeights(native) }
  const identity = await identifyModel(file)
  const model = await ResidentModel.load(parts, { path: file, identity, contextSize: 4096, ...options })
  return {
    model,
    native,
    folder: folder.path,
    path: file,
    async [Symbol.asyncDispose]() {
      await model.dispose()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Biases that keep a test model from ending its text. */
export function endless(model: ResidentModel): { token: number; bias: number }[] {
  return [1, 2, 3, 4].map((fromEnd) => ({ token: model.info.vocabSize - fromEnd, bias: -Infinity }))
}

/** Tokens of plain bytes, in an order that a seed decides. */
export function someTokens(count: number, seed: number): number[] {
  let state = seed * 7919 + 1
  return Array.from({ length: count }, () => (state = (state * 1103515245 + 12345) % 2 ** 31) % 250)
}
