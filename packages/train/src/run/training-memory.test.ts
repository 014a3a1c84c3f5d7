import { loadNative } from '@woolgather/ggml'
import { describeModel, openGguf } from '@woolgather/gguf'
import { chooseTraining, estimateTraining } from '@woolgather/workflow'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readShape } from '../graph/model-shape.ts'
import { Device, loadWeights } from '../model/base-model.ts'
import { adaptable } from '../model/fixed-adapters.ts'
import { usual } from '../testing/open-trainer.ts'
import { writeRandomArchitecture, type ArchitectureOptions } from '../testing/random-architecture.ts'
import { createAdapterState } from '../training/adapter-state.ts'
import { measureGraph } from '../training/graphs.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-training-memory-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What is known of the file alone, and what ggml lays out. */
async function both(options: ArchitectureOptions, batch: number, tokens: number) {
  const file = path.join(folder, `${options.architecture}-${options.type}.gguf`)
  await writeRandomArchitecture(file, { width: 256, layers: 6, ...options })
  await using gguf = await openGguf(file)
  const { sizes, architecture } = describeModel(gguf.header)
  const device = new Device(await loadNative({ gpu: 'cpu' }), 1)
  const { tensors, weights } = await loadWeights(device, gguf)
  const names = [...weights.keys()].filter((name) => adaptable.test(name))
  const measure = (checkpoints: boolean): { lora: number; compute: number } => {
    const settings = { ...usual, rank: 8, checkpoints }
    using state = createAdapterState(device, weights, names, settings)
    const parts = { device, shape: readShape(gguf), weights, fixed: new Map(), state, settings }
    const size = { length: tokens, rows: batch, targets: batch * tokens }
    return { lora: state.bytes, compute: measureGraph(parts, size) }
  }
  const [kept, twice] = [measure(false), measure(true)]
  const found = { weights: tensors.bytes, ...kept, computedTwice: twice.compute }
  tensors[Symbol.dispose]()
  device[Symbol.dispose]()
  const model = { architecture, quantization: options.type!, bytes: found.weights, sizes: sizes! }
  return { found, estimated: estimateTraining(model, { rank: 8, batch, tokens })! }
}

test.each<[ArchitectureOptions, number, number]>([
  [{ architecture: 'llama', type: 'F16' }, 4, 256],
  [{ architecture: 'qwen3', type: 'Q8_0' }, 2, 512],
  [{ architecture: 'gemma3', type: 'Q4_K' }, 4, 128],
  [{ architecture: 'phi3', type: 'Q8_0' }, 4, 256],
])('what training takes is known of the file to a third or so, and rather too much: %o', async (...of) => {
  const { found, estimated } = await both(...of)
  for (const part of ['lora', 'compute', 'computedTwice'] as const) {
    expect(estimated[part] / found[part], part).toBeGreaterThan(0.85)
    expect(estimated[part] / found[part], part).toBeLessThan(1.4)
  }
})

test('blocks are computed twice where it is tight, and what does not fit even so is not done', () => {
  const need = { weights: 100, lora: 10, compute: 200, computedTwice: 50 }
  expect(chooseTraining(need, 1_000)).toEqual({ total: 310, compute: 200, twice: false, fits: true })
  expect(chooseTraining(need, 400)).toEqual({ total: 160, compute: 50, twice: true, fits: true })
  expect(chooseTraining(need, 150)).toMatchObject({ twice: true, fits: false })
})

test('of models that cannot be trained nothing is said', () => {
  const sizes = {
    width: 8,
    blocks: 1,
    vocabulary: 9,
    heads: 1,
    groups: 1,
    keySize: 8,
    valueSize: 8,
    feedForward: 8,
  }
  const mamba = { architecture: 'mamba', quantization: 'F16', bytes: 1, sizes }
  expect(estimateTraining(mamba, { rank: 8, batch: 1, tokens: 8 })).toBeUndefined()
})
