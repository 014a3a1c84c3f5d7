import { epsilon } from '../method/task-vector-settings.ts'
import { keepByRank } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const della = defineTaskVectors({
  title: 'DELLA',
  description: 'Changes chosen at random, large ones more likely, without those against the elected sign.',
  sparsify: keepByRank,
  consensus: 'sign',
  normalize: true,
  rescale: true,
  perModel: epsilon,
  random: true,
  block: ({ columns }) => columns,
})
