import { keepLargest } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const ties = defineTaskVectors({
  title: 'TIES',
  description: 'The largest changes of each model, without those against the elected sign.',
  sparsify: keepLargest,
  consensus: 'sign',
  normalize: true,
  rescale: false,
})
