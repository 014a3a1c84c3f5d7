import { rescaleByDensity } from '../method/task-vector-settings.ts'
import { keepAnywhere } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const dareTies = defineTaskVectors({
  title: 'DARE TIES',
  description: 'Randomly chosen changes of each model, scaled up, without those against the elected sign.',
  sparsify: keepAnywhere,
  consensus: 'sign',
  normalize: false,
  rescale: true,
  shared: rescaleByDensity,
  random: true,
})
