import { combineOffsetsOf } from '../method/combine-models.ts'
import type { MethodDefinition } from '../method/method.ts'
import { divisorOf } from '../method/weights.ts'
import { ignoredFlag } from '../method/parameters.ts'

export const taskArithmetic: MethodDefinition = {
  title: 'Task arithmetic',
  description: 'The base, plus the weighted sum of what each model learned beyond it.',
  base: 'required',
  models: { min: 0 },
  shared: {
    normalize: { type: 'flag', default: false, description: 'Divide by the sum of the weights.' },
    rescale: ignoredFlag,
    lambda: { type: 'number', default: 1, description: 'Factor of the sum.' },
    int8_mask: ignoredFlag,
  },
  perModel: { weight: { type: 'number', default: 1, description: 'Factor of the model’s difference.' } },
  start: (inputs, parameters) => {
    const weights = parameters.each('weight')
    const divisor = parameters.flag('normalize') ? divisorOf(weights) : 1
    const factor = parameters.number('lambda') / divisor
    return combineOffsetsOf(
      inputs,
      weights.map((weight) => weight * factor),
    )
  },
}
