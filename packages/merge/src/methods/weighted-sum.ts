import { combineModels } from '../method/combine-models.ts'
import type { MethodDefinition } from '../method/method.ts'

export const weightedSum: MethodDefinition = {
  title: 'Weighted sum',
  description: 'From model A (0) to model B (1).',
  base: 'unused',
  models: { min: 2, max: 2 },
  shared: {
    multiplier: { type: 'number', default: 0.5, min: 0, max: 1, description: 'Share of model B.' },
  },
  perModel: {},
  ratio: 'multiplier',
  start: (inputs, parameters) => {
    const share = parameters.number('multiplier')
    return combineModels(inputs, [1 - share, share])
  },
}
