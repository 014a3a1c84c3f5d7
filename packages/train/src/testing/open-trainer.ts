import { loadNative } from '@woolgather/ggml'
import { openGguf } from '@woolgather/gguf'
import { Device, loadWeights } from '../model/base-model.ts'
import { checkParity } from '../model/check-parity.ts'
import { adaptable } from '../model/fixed-adapters.ts'
import { readShape } from '../graph/model-shape.ts'
import { randomFrom, type Example } from '../training/examples.ts'
import type { TrainSettings } from '../training/settings.ts'
import { Trainer } from '../training/trainer.ts'

export const usual: TrainSettings = {
  ...{ rank: 4, alpha: 8, rankStabilised: false, dropout: 0, targets: [], layers: [] },
  ...{ learningRate: 5e-3, schedule: 'constant', warmup: 0, steps: 8, batch: 3, accumulate: 1 },
  ...{ weightDecay: 0, clip: 0, seed: 1, checkpoints: false },
}

/** A model's file as it is trained: whoever opens it disposes of it. */
export async function openTrainer(
  path: string,
  settings: Partial<TrainSettings> = {},
  { packs = true }: { packs?: boolean } = {},
): Promise<{ trainer: Trainer; device: Device; parity: () => Promise<number> } & AsyncDisposable> {
  const native = await loadNative({ gpu: 'cpu' })
  const file = await openGguf(path)
  const shape = readShape(file)
  const device = new Device(native, 1)
  const { tensors, weights } = await loadWeights(device, file)
  const names = [...weights.keys()].filter((name) => adaptable.test(name))
  const trainer = new Trainer(
    { device, shape, weights, fixed: new Map() },
    names,
    { ...usual, ...settings },
    packs,
  )
  return {
    trainer,
    device,
    parity: () => checkParity(native, device, { path, threads: 1, shape, weights }),
    async [Symbol.asyncDispose]() {
      trainer[Symbol.dispose]()
      tensors[Symbol.dispose]()
      device[Symbol.dispose]()
      await file.close()
    },
  }
}

/** Examples of random tokens, of which about two thirds are learnt, some more than others. */
export function randomExamples(lengths: readonly number[], seed = 1): Example[] {
  return lengths.map((length, index) => {
    const random = randomFrom(seed, index)
    return {
      tokens: Int32Array.from({ length }, () => Math.floor(random() * 300)),
      weights: Float32Array.from({ length }, () => (random() < 0.3 ? 0 : random() < 0.5 ? 1 : 2)),
    }
  })
}
