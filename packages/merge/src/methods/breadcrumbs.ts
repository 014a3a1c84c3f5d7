import { gamma } from '../method/task-vector-settings.ts'
import { keepWithoutOutliers } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const breadcrumbs = defineTaskVectors({
  title: 'Breadcrumbs',
  description: 'The changes of each model without the largest and the smallest, summed.',
  sparsify: keepWithoutOutliers,
  consensus: 'sum',
  normalize: false,
  rescale: false,
  perModel: gamma,
})
