import { combineModels } from '../method/combine-models.ts'
import type { MethodDefinition } from '../method/method.ts'
import { normalize } from '../method/weights.ts'

export const linear: MethodDefinition = {
  title: 'Linear',
  description: 'The weighted average of the models.',
  base: 'unused',
  models: { min: 1 },
  shared: {
    normalize: { type: 'flag', default: true, description: 'Divide by the sum of the weights.' },
  },
  perModel: { weight: { type: 'number', default: 1, description: 'Share of the model.' } },
  start: (inputs, parameters) => {
    const weights = parameters.each('weight')
    return combineModels(inputs, parameters.flag('normalize') ? normalize(weights, inputs) : weights)
  },
}
