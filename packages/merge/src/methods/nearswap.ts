import { refuseNonFinite } from '../kernels/finite.ts'
import type { MethodDefinition } from '../method/method.ts'

export const nearswap: MethodDefinition = {
  title: 'Nearswap',
  description:
    'The base, moved to the model where the two are closer than t, and ever less where they are not.',
  base: 'required',
  models: { min: 1, max: 1 },
  shared: { t: { type: 'number', min: 0, description: 'Distance up to which elements are swapped.' } },
  perModel: {},
  start: (inputs, parameters) => ({
    scans: [],
    write: (chunk, output) => {
      const check = swapNear(chunk.base!, chunk.models[0]!, parameters.number('t'), output)
      if (check !== 0) refuseNonFinite(chunk, inputs)
    },
  }),
}

function swapNear(base: Float32Array, model: Float32Array, t: number, output: Float32Array): number {
  let check = 0
  for (let i = 0; i < output.length; i++) {
    const difference = model[i]! - base[i]!
    const share = Math.min(1, t / Math.max(Math.abs(difference), 1e-6))
    output[i] = base[i]! + share * difference
    check += output[i]! * 0
  }
  return check
}
