import { combineModels } from '../method/combine-models.ts'
import type { MethodDefinition } from '../method/method.ts'

export const passthrough: MethodDefinition = {
  title: 'Pass through',
  description: 'One model’s tensors as they are: for stacking layers of several.',
  base: 'unused',
  models: { min: 1, max: 1 },
  shared: {},
  perModel: { scale: { type: 'number', default: 1, description: 'Factor of every element.' } },
  start: (inputs, parameters) => combineModels(inputs, parameters.each('scale')),
}
