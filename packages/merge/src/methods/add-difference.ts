import { refuseNonFinite } from '../kernels/finite.ts'
import type { MethodDefinition } from '../method/method.ts'

export const addDifference: MethodDefinition = {
  title: 'Add difference',
  description: 'Model A, plus what model B learned beyond model C, its base.',
  base: 'required',
  models: { min: 2, max: 2 },
  shared: {
    multiplier: { type: 'number', default: 1, description: 'How much of the difference is added.' },
  },
  perModel: {},
  start: (inputs, parameters) => {
    const multiplier = parameters.number('multiplier')
    return {
      scans: [],
      write: (chunk, output) => {
        const [a, b] = chunk.models
        const check = addScaledDifference(a!, multiplier, b!, chunk.base!, output)
        if (check !== 0) refuseNonFinite(chunk, inputs)
      },
    }
  },
}

function addScaledDifference(
  a: Float32Array,
  factor: number,
  b: Float32Array,
  c: Float32Array,
  output: Float32Array,
): number {
  let check = 0
  for (let i = 0; i < output.length; i++) {
    output[i] = a[i]! + factor * (b[i]! - c[i]!)
    check += output[i]! * 0
  }
  return check
}
