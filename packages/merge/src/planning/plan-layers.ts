import { MergeError } from '../errors/merge-error.ts'

/** Layers of one or more models, one upon another: `from` up to before `to`. */
export interface LayerSlice {
  sources: readonly { model: string; from: number; to: number }[]
}

/** A layer of the result, and the layer of each model that it is made of. */
export interface PlannedLayer {
  slice: number
  sources: readonly { model: string; layer: number }[]
}

/**
 * The layers of a model that is put together of slices ("frankenmerge"), in order.
 * @throws MergeError merge-parameter where a slice is empty, its sources are of different lengths, or a model has
 * no such layers
 */
export function planLayers(
  slices: readonly LayerSlice[],
  layerCounts: ReadonlyMap<string, number>,
): PlannedLayer[] {
  return slices.flatMap((slice, index) => planSlice(slice, index, layerCounts))
}

function planSlice(
  { sources }: LayerSlice,
  index: number,
  layerCounts: ReadonlyMap<string, number>,
): PlannedLayer[] {
  for (const { model, from, to } of sources) {
    const count = layerCounts.get(model) ?? 0
    if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= count) continue
    throw new MergeError(
      'merge-parameter',
      `Slice ${index + 1} wants layers ${from} to ${to} of ${model}, which has ${count}`,
      { hint: 'Layers are counted from 0, and the second number is the first layer left out.' },
    )
  }
  const lengths = new Set(sources.map(({ from, to }) => to - from))
  if (lengths.size !== 1) {
    throw new MergeError(
      'merge-parameter',
      `Slice ${index + 1} stacks ${[...lengths].join(' and ')} layers upon each other; its sources must be of one length`,
    )
  }
  const [length = 0] = lengths
  return Array.from({ length }, (_, offset) => ({
    slice: index,
    sources: sources.map(({ model, from }) => ({ model, layer: from + offset })),
  }))
}
