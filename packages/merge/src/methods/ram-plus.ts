import { checkInputs } from '../kernels/finite.ts'
import { countChanges, leastChange, mixChanges } from '../method/changes.ts'
import type { MethodDefinition } from '../method/method.ts'
import type { Stages, TensorInputs } from '../tensor/tensor-merge.ts'

export const ramPlus: MethodDefinition = {
  title: 'RAM+',
  description: 'As RAM, with changes of one model strengthened by how many of its changes are shared.',
  base: 'required',
  models: { min: 0 },
  shared: {
    r: { type: 'number', default: 0.1, min: 0, description: 'How much they are strengthened.' },
    alpha: {
      type: 'number',
      default: 0.2,
      min: 0,
      description: 'Ratio of shared changes that counts at most.',
    },
    epsilon: leastChange,
  },
  perModel: {},
  start: (inputs, parameters) =>
    strengthen(inputs, parameters.number('r'), parameters.number('alpha'), parameters.number('epsilon')),
}

function strengthen(inputs: TensorInputs, r: number, alpha: number, limit: number): Stages {
  const shared = new Float64Array(inputs.models.length)
  const unique = new Float64Array(inputs.models.length)
  let factors: number[] = []
  return {
    scans: [
      {
        see: (chunk) => {
          checkInputs(chunk, inputs)
          countChanges(chunk, limit, shared, unique)
        },
        end: () => {
          factors = inputs.models.map((_, m) => {
            const ratio = shared[m]! / Math.max(unique[m]!, limit)
            return 1 + r * Math.min(ratio, alpha)
          })
        },
      },
    ],
    write: (chunk, output) => mixChanges(chunk, factors, limit, output),
  }
}
