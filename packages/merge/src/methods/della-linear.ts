import { epsilon } from '../method/task-vector-settings.ts'
import { keepByRank } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const dellaLinear = defineTaskVectors({
  title: 'DELLA linear',
  description: 'Changes chosen at random, large ones more likely, summed.',
  sparsify: keepByRank,
  consensus: 'sum',
  normalize: false,
  rescale: true,
  perModel: epsilon,
  random: true,
  block: ({ columns }) => columns,
})
