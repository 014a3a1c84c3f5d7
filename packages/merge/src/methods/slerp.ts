import { Gram, scanGram } from '../kernels/gram.ts'
import { combine } from '../kernels/combine.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import type { Chunk } from '../tensor/tensor-merge.ts'
import type { MethodDefinition } from '../method/method.ts'

/** Vectors no longer than this are not normalised. */
const shortest = 1e-8
/** Cosine above which the arc is as good as straight. */
const straight = 0.9995

export const slerp: MethodDefinition = {
  title: 'Slerp',
  description: 'Along the arc from the base (0) to the model (1), over the tensor as one vector.',
  base: 'required',
  models: { min: 1, max: 1 },
  shared: { t: { type: 'number', min: 0, max: 1, description: 'From 0, the base, to 1, the model.' } },
  perModel: {},
  ratio: 't',
  start: (inputs, parameters) => {
    const gram = new Gram(2)
    let coefficients: readonly [number, number] = [1, 0]
    return {
      scans: [
        {
          ...scanGram(gram, inputs, ends),
          end: () => {
            coefficients = slerpCoefficients(gram, parameters.number('t'))
          },
        },
      ],
      write: (chunk, output) => {
        if (combine(coefficients, ends(chunk), output) !== 0) refuseNonFinite(chunk, inputs)
      },
    }
  },
}

function ends({ base, models }: Chunk): readonly Float32Array[] {
  return [base!, models[0]!]
}

function slerpCoefficients(gram: Gram, t: number): readonly [number, number] {
  const length = (i: number): number => (gram.norm(i) > shortest ? gram.norm(i) : 1)
  const cosine = gram.dot(0, 1) / (length(0) * length(1))
  if (Math.abs(cosine) > straight) return [1 - t, t]
  const angle = Math.acos(cosine)
  return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)]
}
