import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { trainingPlan } from './training-plan.ts'

const number = (name: string, usual: number) => ({ name, default: usual, type: 'integer' })
const types = new Map(
  [
    { type: 'lora/train', inputs: [number('rank', 8), number('batch', 4)], outputs: [] },
    { type: 'lora/dataset', inputs: [number('cutoff', 512)], outputs: [] },
  ].map((one) => [one.type, one as unknown as NodeDescription]),
)

const nodes: Workflow['nodes'] = {
  model: { type: 'loading/model', inputs: { file: 'a.gguf' } },
  styled: { type: 'lora/apply', links: { model: ['model', 'model'] } },
  lines: { type: 'lora/dataset', inputs: { cutoff: 128 }, links: { model: ['model', 'model'] } },
  train: {
    type: 'lora/train',
    inputs: { rank: 16 },
    links: { model: ['styled', 'model'], dataset: ['lines', 'dataset'] },
  },
  bare: { type: 'lora/train', links: { model: ['model', 'model'] } },
  lost: { type: 'lora/train' },
}

test('what a training takes goes by what is typed into it, its dataset and its model, and by what is usual', () => {
  const plan = (id: string) => trainingPlan({ nodes }, id, types, (file) => file === 'a.gguf')
  expect(plan('train')).toEqual({ file: 'a.gguf', rank: 16, batch: 4, tokens: 128 })
  expect(plan('bare')).toEqual({ file: 'a.gguf', rank: 8, batch: 4, tokens: 512 })
  expect(plan('lost')).toBeUndefined()
  expect(trainingPlan({ nodes }, 'train', types, () => false)).toBeUndefined()
})
