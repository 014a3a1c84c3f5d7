import { placeOf } from '@woolgather/merge'
import type { Json, Table } from '@woolgather/workflow'
import type { TensorLikeness } from '@woolgather/weights'

export const measures = {
  'relative difference': 'relativeDifference',
  cosine: 'cosine',
  'sign agreement': 'signAgreement',
  'largest difference': 'largestDifference',
} as const
export type Measure = keyof typeof measures

/** Where tensors stand that are in no layer. */
const outside = 'outside'

/** A heat map over layers and kinds of tensors, as “Chart” makes them. */
export function likenessChart(tensors: readonly TensorLikeness[], measure: Measure, title: string): Json {
  const placed = tensors.map((tensor) => ({
    ...placeOf(tensor.name),
    value: tensor.likeness?.[measures[measure]],
  }))
  const kinds = [...new Set(placed.map(({ part }) => kindOf(part)))]
  const layers = [...new Set(placed.flatMap(({ layer }) => layer ?? []))].toSorted((a, b) => a - b)
  const columns = [
    ...layers.map(String),
    ...(placed.some(({ layer }) => layer === undefined) ? [outside] : []),
  ]
  const means: (number | null)[][] = kinds.map(() => columns.map(() => null))
  const counts: number[][] = kinds.map(() => columns.map(() => 0))
  for (const { layer, part, value } of placed) {
    if (value === undefined || !Number.isFinite(value)) continue
    const row = kinds.indexOf(kindOf(part))
    const column = columns.indexOf(layer === undefined ? outside : String(layer))
    means[row]![column] = value
    counts[row]![column] = 1
  }
  return {
    kind: 'heatmap',
    title,
    x: { id: 'layer', label: 'layer', values: columns },
    series: { id: 'tensor', label: 'tensor', values: kinds },
    means,
    counts,
  }
}

/** `attn_q` of `attn_q.weight`; a bias keeps its name. */
function kindOf(part: string): string {
  return part.replace(/\.weight$/, '')
}

export function likenessTable(tensors: readonly TensorLikeness[]): Table {
  return {
    columns: ['tensor', 'shape', 'types', ...Object.keys(measures), 'note'],
    rows: tensors.map(({ name, shape, types, likeness, reason }) => [
      name,
      shape.join(' × '),
      types[0] === types[1] ? types[0] : types.map((type) => type ?? '–').join(' / '),
      ...Object.values(measures).map((key) => finite(likeness?.[key])),
      reason ?? '',
    ]),
  }
}

/** JSON has no infinity: a tensor that is zeros in the first model alone is infinitely different. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
