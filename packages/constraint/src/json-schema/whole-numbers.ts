import type { Conjunction } from './conjunctions.ts'
import { readBounds } from './read-keywords.ts'
import { meetsAlone } from './validate-value.ts'
import { allowedTypes } from './value-types.ts'

/** The whole numbers that meet all the schemas, where nothing else does and the bounds leave at most so many. */
export function wholeNumbersOf(locations: Conjunction, most: number): number[] | undefined {
  const types = allowedTypes(locations)
  if (types.size !== 1 || !types.has('integer')) return undefined
  const bounds = locations.flatMap(readBounds)
  const limit = (isLower: boolean): number[] =>
    bounds.filter((bound) => bound.isLower === isLower).map(({ value }) => value)
  const [least, greatest] = [Math.ceil(Math.max(...limit(true))), Math.floor(Math.min(...limit(false)))]
  if (!(greatest - least < most)) return undefined
  return Array.from({ length: Math.max(0, greatest - least + 1) }, (_, index) => least + index).filter(
    (value) => locations.every((location) => meetsAlone(value, location)),
  )
}
