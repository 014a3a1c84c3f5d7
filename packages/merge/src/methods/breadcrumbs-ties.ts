import { gamma } from '../method/task-vector-settings.ts'
import { keepWithoutOutliers } from '../method/sparsify-model.ts'
import { defineTaskVectors } from '../method/task-vectors.ts'

export const breadcrumbsTies = defineTaskVectors({
  title: 'Breadcrumbs TIES',
  description:
    'The changes of each model without the largest, the smallest and those against the elected sign.',
  sparsify: keepWithoutOutliers,
  consensus: 'sign',
  normalize: false,
  rescale: false,
  perModel: gamma,
})
