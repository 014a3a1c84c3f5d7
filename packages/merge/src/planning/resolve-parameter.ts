/** A gradient over depth: evenly spaced from the first layer to the last. */
export type Gradient = readonly number[]
export type ParameterLeaf = number | boolean | Gradient

/** A setting as mergekit writes it: one value, or by name of tensor, where the first that matches counts. */
export type ParameterSetting = ParameterLeaf | readonly FilteredSetting[]

export interface FilteredSetting {
  /** Part of the tensor's name; absent, it matches all. `*` as well. */
  filter?: string
  value: ParameterLeaf
}

/**
 * The value of a setting for a tensor.
 *
 * @param depth from 0, the first layer, to 1, the last: see `depthOf`
 * @param names of the tensor, any of which a filter may match
 * @returns undefined where no filter matches
 */
export function resolveSetting(
  setting: ParameterSetting,
  depth: number,
  names: readonly string[],
): number | boolean | undefined {
  if (typeof setting === 'number' || typeof setting === 'boolean') return setting
  if (isGradient(setting)) return interpolate(setting, depth)
  const match = setting.find(({ filter }) => matches(filter, names))
  return match && resolveSetting(match.value, depth, names)
}

/**
 * The value of the most specific setting that has one for this tensor; absent settings are passed over. mergekit's
 * order: the slice's model, the output slice, the module, the whole merge.
 */
export function resolveFirst(
  settings: readonly (ParameterSetting | undefined)[],
  depth: number,
  names: readonly string[],
): number | boolean | undefined {
  for (const setting of settings) {
    const value = setting === undefined ? undefined : resolveSetting(setting, depth, names)
    if (value !== undefined) return value
  }
  return undefined
}

/** How deep a layer lies, from 0 to 1. Embeddings, final norm and output head, which have none, are at 0. */
export function depthOf(layer: number | undefined, layers: number): number {
  return layer === undefined || layers < 2 ? 0 : layer / (layers - 1)
}

function isGradient(setting: Gradient | readonly FilteredSetting[]): setting is Gradient {
  return setting.every((item) => typeof item === 'number')
}

function interpolate(gradient: Gradient, depth: number): number | undefined {
  const place = depth * (gradient.length - 1)
  const index = Math.min(Math.floor(place), gradient.length - 2)
  const from = gradient[Math.max(0, index)]
  const to = gradient[index + 1]
  if (from === undefined || to === undefined) return from
  const share = place - index
  return (1 - share) * from + share * to
}

function matches(filter: string | undefined, names: readonly string[]): boolean {
  return filter === undefined || filter === '*' || names.some((name) => name.includes(filter))
}
