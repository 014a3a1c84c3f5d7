import { rescaleByDensity } from '../method/task-vector-settings.ts'
import { keepAnywhere } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const dareLinear = defineTaskVectors({
  title: 'DARE linear',
  description: 'Randomly chosen changes of each model, scaled up, summed.',
  sparsify: keepAnywhere,
  consensus: 'sum',
  normalize: false,
  rescale: true,
  shared: rescaleByDensity,
  random: true,
})
