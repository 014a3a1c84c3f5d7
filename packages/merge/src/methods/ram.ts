import { checkInputs } from '../kernels/finite.ts'
import { leastChange, mixChanges } from '../method/changes.ts'
import type { MethodDefinition } from '../method/method.ts'

export const ram: MethodDefinition = {
  title: 'RAM',
  description: 'Reinforced agent merging: changes of one model are kept whole, shared ones averaged.',
  base: 'required',
  models: { min: 0 },
  shared: { epsilon: leastChange },
  perModel: {},
  start: (inputs, parameters) => ({
    scans: [],
    write: (chunk, output) => {
      checkInputs(chunk, inputs)
      const factors = inputs.models.map(() => 1)
      mixChanges(chunk, factors, parameters.number('epsilon'), output)
    },
  }),
}
