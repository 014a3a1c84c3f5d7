import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openTrainer } from '../testing/open-trainer.ts'
import type { Example } from './examples.ts'
import type { TrainSettings } from './settings.ts'

const root = path.join(import.meta.dirname, '../../../..')

/** What PyTorch came to, by `tools/train-reference`. */
const reference = JSON.parse(
  readFileSync(path.join(root, 'packages/train/fixtures/pytorch.json'), 'utf8'),
) as {
  settings: Partial<TrainSettings>
  examples: { tokens: number[]; weights: number[] }[]
  losses: number[]
  gradients: number[]
}

const examples = reference.examples.map(({ tokens, weights }): Example => ({
  tokens: Int32Array.from(tokens),
  weights: Float32Array.from(weights),
}))

/** The whole of it takes some seconds of a processor. */
const steps = process.env['WOOLGATHER_TEST_FULL'] === '1' ? reference.losses.length : 40

test('on the shipped model each step has the loss that PyTorch has, within a thousandth', async () => {
  await using opened = await openTrainer(path.join(root, 'models/demo/storyteller.gguf'), reference.settings)
  for (const [index, loss] of reference.losses.slice(0, steps).entries()) {
    const own = opened.trainer.step(index + 1, examples)
    expect(Math.abs(own.loss - loss), `loss of step ${index + 1}`).toBeLessThan(1e-3)
    expect(own.gradient / reference.gradients[index]!, `gradient of step ${index + 1}`).toBeCloseTo(1, 1)
  }
})
