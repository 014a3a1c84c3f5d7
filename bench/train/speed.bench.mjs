/**
 * How many tokens a second of one processor a LoRA learns from, and what computing takes in memory: the latter as it is
 * measured before a training starts, at no cost. The larger model takes minutes; with 0 steps it is only measured.
 *
 *     node bench/train/speed.bench.mjs [steps of the shipped model] [steps of the larger one]
 */
import { loadNative } from '@woolgather/ggml'
import { openGguf } from '@woolgather/gguf'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Device, loadWeights } from '../../packages/train/dist/model/base-model.js'
import { readShape } from '../../packages/train/dist/graph/model-shape.js'
import { adaptable } from '../../packages/train/dist/model/fixed-adapters.js'
import { createAdapterState } from '../../packages/train/dist/training/adapter-state.js'
import { measureGraph } from '../../packages/train/dist/training/graphs.js'
import { Trainer } from '../../packages/train/dist/training/trainer.js'
import { writeStack } from './write-stack.mjs'

const [small, large] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1)]
const root = path.join(import.meta.dirname, '../..')

/** A model, and what it learns from: so many tokens each, of which the last are learnt. */
async function measure({ file, steps, length, batch, checkpoints, learnt = length }) {
  const native = await loadNative({ gpu: 'cpu' })
  const gguf = await openGguf(file)
  const shape = readShape(gguf)
  const device = new Device(native, 1)
  const { tensors, weights } = await loadWeights(device, gguf)
  const names = [...weights.keys()].filter((name) => adaptable.test(name))
  const settings = {
    ...{
      rank: 8,
      alpha: 16,
      rankStabilised: false,
      targets: [],
      layers: [],
      learningRate: 1e-4,
      schedule: 'constant',
    },
    ...{ warmup: 0, steps, batch, accumulate: 1, weightDecay: 0, clip: 1, seed: 1, checkpoints },
  }
  const parts = { device, shape, weights, fixed: new Map() }
  const state = createAdapterState(device, weights, names, settings)
  const compute = measureGraph(
    { ...parts, state, settings },
    { length, rows: batch, targets: batch * learnt },
  )
  const row = {
    'tokens a second of a processor':
      steps > 0 ? speedOf(parts, names, settings, { length, learnt }) : 'not run',
    'weights, MB': Math.round(tensors.bytes / 1e6),
    'LoRA, MB': Math.round(state.bytes / 1e6),
    'computing, MB': Math.round(compute / 1e6),
  }
  for (const owner of [state, tensors, device]) owner[Symbol.dispose]()
  await gguf.close()
  return row
}

function speedOf(parts, names, settings, { length, learnt }) {
  const { steps, batch } = settings
  const trainer = new Trainer(parts, names, settings)
  const examples = Array.from({ length: batch }, (_, row) => ({
    tokens: Int32Array.from(
      { length: length + 1 },
      (_, at) => (at * 7919 + row * 104_729) % parts.shape.vocabulary,
    ),
    weights: Float32Array.from({ length: length + 1 }, (_, at) => Number(at > length - learnt)),
  }))
  const before = process.cpuUsage()
  for (let step = 1; step <= steps; step++) trainer.step(step, examples)
  const { user, system } = process.cpuUsage(before)
  trainer[Symbol.dispose]()
  return Math.round((steps * batch * length * 1e6) / (user + system))
}

const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-bench-train-'))
try {
  const half = { blocks: 24, width: 896, feedForward: 4_864, heads: 14, groups: 2, vocabulary: 151_936 }
  await writeStack(path.join(folder, 'half-q8.gguf'), { ...half, type: 'Q8_0' })
  await writeStack(path.join(folder, 'half-q4.gguf'), { ...half, type: 'Q4_0' })
  const demo = path.join(root, 'models/demo/storyteller.gguf')
  const q8 = { file: path.join(folder, 'half-q8.gguf'), steps: large, length: 512, batch: 1, learnt: 64 }
  const q4 = { file: path.join(folder, 'half-q4.gguf'), steps: 0, length: 512, batch: 1 }
  console.table({
    'shipped model F16, 4 × 256': await measure({
      file: demo,
      steps: small,
      length: 256,
      batch: 4,
      checkpoints: false,
    }),
    '0.5B Q8_0, 512 read, 64 learnt': await measure({ ...q8, checkpoints: false }),
    '0.5B Q4_0, 512 learnt': await measure({ ...q4, checkpoints: false }),
    '0.5B Q4_0, 512 learnt, blocks computed twice': await measure({ ...q4, checkpoints: true }),
  })
} finally {
  await rm(folder, { recursive: true })
}
