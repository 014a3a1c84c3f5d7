/**
 * What it takes to learn a LoRA of a model, one thread: tokens a second of the processor, what the process took at most,
 * and what was foreseen of that. `pytorch.py` beside it is asked the same. Usage: learn.mjs '{"file": …, "steps": 1, …}'
 */
import { loadNative } from '@woolgather/ggml'
import { openGguf } from '@woolgather/gguf'
import { Device, loadWeights } from '../../packages/train/dist/model/base-model.js'
import { readShape } from '../../packages/train/dist/graph/model-shape.js'
import { adaptable } from '../../packages/train/dist/model/fixed-adapters.js'
import { createAdapterState } from '../../packages/train/dist/training/adapter-state.js'
import { measureGraph } from '../../packages/train/dist/training/graphs.js'
import { Trainer } from '../../packages/train/dist/training/trainer.js'

const { file, steps, length, batch, learnt, checkpoints = false } = JSON.parse(process.argv[2])
const native = await loadNative({ gpu: 'cpu' })
const gguf = await openGguf(file)
const shape = readShape(gguf)
const device = new Device(native, 1)
const { tensors, weights } = await loadWeights(device, gguf)
const names = [...weights.keys()].filter((name) => adaptable.test(name))
const settings = {
  ...{ rank: 8, alpha: 16, rankStabilised: false, targets: [], layers: [], learningRate: 1e-4 },
  ...{
    dropout: 0,
    schedule: 'constant',
    warmup: 0,
    steps,
    batch,
    accumulate: 1,
    weightDecay: 0,
    clip: 1,
    seed: 1,
  },
  ...{ checkpoints },
}
const parts = { device, shape, weights, fixed: new Map() }
const foreseen = measure()
const speed = steps > 0 ? learn() : undefined
const megabytes = process.resourceUsage().maxRSS / 1_000
console.log(JSON.stringify({ speed, megabytes, ...foreseen }))

function measure() {
  const state = createAdapterState(device, weights, names, settings)
  const compute = measureGraph(
    { ...parts, state, settings },
    { length, rows: batch, targets: batch * learnt },
  )
  const found = { weights: tensors.bytes / 1e6, lora: state.bytes / 1e6, compute: compute / 1e6 }
  state[Symbol.dispose]()
  return found
}

function learn() {
  const trainer = new Trainer(parts, names, settings)
  const examples = Array.from({ length: batch }, (_, row) => ({
    tokens: Int32Array.from(
      { length: length + 1 },
      (_, at) => (at * 7919 + row * 104_729) % shape.vocabulary,
    ),
    weights: Float32Array.from({ length: length + 1 }, (_, at) => Number(at > length - learnt)),
  }))
  trainer.step(1, examples)
  const before = process.cpuUsage()
  for (let step = 2; step <= steps + 1; step++) trainer.step(step, examples)
  const { user, system } = process.cpuUsage(before)
  return (steps * batch * length * 1e6) / (user + system)
}
