import type { Conjunction } from './expand-alternatives.ts'
import { keyword, readKeys, readList, readNames, readNumber } from './read-keywords.ts'
import { child, type Json, type Location } from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

interface Context {
  readonly expand: (locations: Conjunction) => Conjunction[]
  readonly isValid: (value: Json, location: Location) => boolean
}

/** Properties inside properties that are looked at. */
const maximumDepth = 3

/** Whether no value can meet both; false where that cannot be shown. */
export function excludeOneAnother(
  left: Conjunction[],
  right: Conjunction[],
  context: Context,
  depth = 0,
): boolean {
  return left.every((one) => right.every((other) => excludes(one, other, context, depth)))
}

function excludes(left: Conjunction, right: Conjunction, context: Context, depth: number): boolean {
  const types = allowedTypes([...left, ...right])
  if (types.size === 0) return true
  if (differByValue(left, right, context) || differByValue(right, left, context)) return true
  if ([...types].every((type) => type === 'integer' || type === 'number')) return differByRange(left, right)
  if (types.size > 1 || !types.has('object') || depth >= maximumDepth) return false
  return differByProperty(left, right, context, depth)
}

function differByValue(left: Conjunction, right: Conjunction, { isValid }: Context): boolean {
  const values = left.flatMap((location) => {
    const only = keyword(location, 'const')
    return only === undefined ? [readList(location, 'enum')] : [[only]]
  })
  const first = values.find((list) => list !== undefined)
  return first !== undefined && first.every((value) => !right.every((location) => isValid(value, location)))
}

function differByRange(left: Conjunction, right: Conjunction): boolean {
  const lowest = (side: Conjunction) =>
    Math.max(
      ...side.flatMap((at) => [
        readNumber(at, 'minimum') ?? -Infinity,
        readNumber(at, 'exclusiveMinimum') ?? -Infinity,
      ]),
    )
  const highest = (side: Conjunction) =>
    Math.min(
      ...side.flatMap((at) => [
        readNumber(at, 'maximum') ?? Infinity,
        readNumber(at, 'exclusiveMaximum') ?? Infinity,
      ]),
    )
  return lowest(left) > highest(right) || lowest(right) > highest(left)
}

function differByProperty(left: Conjunction, right: Conjunction, context: Context, depth: number): boolean {
  const required = (side: Conjunction) => side.flatMap((location) => readNames(location, 'required'))
  const both = required(left).filter((name) => required(right).includes(name))
  const valueOf = (side: Conjunction, name: string) =>
    context.expand(
      side.flatMap((location) =>
        readKeys(location, 'properties').includes(name) ? [child(location, 'properties', name)] : [],
      ),
    )
  const forbids = (side: Conjunction, name: string) =>
    side.some(
      (location) =>
        keyword(location, 'additionalProperties') === false &&
        keyword(location, 'patternProperties') === undefined &&
        !readKeys(location, 'properties').includes(name),
    )
  return (
    both.some((name) => excludeOneAnother(valueOf(left, name), valueOf(right, name), context, depth + 1)) ||
    required(left).some((name) => forbids(right, name)) ||
    required(right).some((name) => forbids(left, name))
  )
}
