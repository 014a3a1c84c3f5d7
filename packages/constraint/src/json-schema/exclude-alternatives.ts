import type { Conjunction } from './conjunctions.ts'
import { keyword, readBounds, readKeys, readList, readNames } from './read-keywords.ts'
import { child, isObject, type IsValid, type Json, type Location } from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

/** What tells whether schemas exclude one another. */
export interface Context {
  /** The alternatives of schemas that hold together; undefined while those are being found out. */
  readonly expand: (locations: Conjunction) => Conjunction[] | undefined
  readonly isValid: IsValid
}

/** Properties inside properties that are looked at. */
const maximumDepth = 3

/** Whether no value can meet both; false where that cannot be shown. */
export function excludeOneAnother(
  left: Conjunction[] | undefined,
  right: Conjunction[] | undefined,
  context: Context,
  depth = 0,
): boolean {
  if (left === undefined || right === undefined) return false
  return left.every((one) => right.every((other) => excludes(one, other, context, depth)))
}

/** Whether no value can meet both conjunctions; false where that cannot be shown. */
export function excludes(left: Conjunction, right: Conjunction, context: Context, depth = 0): boolean {
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
  return (
    first !== undefined &&
    first.every((value) => !right.every((location) => isValid(value, location, 'maybe')))
  )
}

function differByRange(left: Conjunction, right: Conjunction): boolean {
  const limits = (side: Conjunction, isLower: boolean) =>
    side.flatMap(readBounds).filter((bound) => bound.isLower === isLower)
  const isApart = (low: Conjunction, high: Conjunction) =>
    limits(low, true).some((from) =>
      limits(high, false).some(
        (to) => from.value > to.value || (from.value === to.value && (from.exclusive || to.exclusive)),
      ),
    )
  return isApart(left, right) || isApart(right, left)
}

function differByProperty(left: Conjunction, right: Conjunction, context: Context, depth: number): boolean {
  const required = (side: Conjunction) => side.flatMap((location) => readNames(location, 'required'))
  const present = [...new Set([...required(left), ...required(right)])]
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
    ) || side.some((location) => propertyAt(location, name) === false)
  return (
    present.some((name) =>
      excludeOneAnother(valueOf(left, name), valueOf(right, name), context, depth + 1),
    ) ||
    required(left).some((name) => forbids(right, name)) ||
    required(right).some((name) => forbids(left, name))
  )
}

function propertyAt(location: Location, name: string): Json | undefined {
  const properties = keyword(location, 'properties')
  return isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
}
