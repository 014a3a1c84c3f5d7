import type { Conjunction } from './conjunctions.ts'
import { keyword, propertyAt, readBounds, readList, readNames } from './read-keywords.ts'
import { child, type IsValid } from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

/** What tells whether schemas exclude one another. */
export interface Context {
  /** The alternatives of schemas that hold together; undefined while those are being found out. */
  readonly expand: (locations: Conjunction) => Conjunction[] | undefined
  readonly isValid: IsValid
  /** Whether values of a property exclude one another, by where it is said: all pairs of options ask. */
  readonly known: Map<string, boolean>
}

/** Properties inside properties that are looked at. */
const maximumDepth = 3
/** Pairs of which it is remembered: thousands of options have millions, most of which are asked for once. */
const maximumKnown = 50_000

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
  const [ofLeft, ofRight] = [left, right].map((side) =>
    side.flatMap((location) => readNames(location, 'required')),
  ) as [string[], string[]]
  const present = [...new Set([...ofLeft, ...ofRight])]
  const forbids = (side: Conjunction, name: string) =>
    side.some(
      (location) =>
        keyword(location, 'additionalProperties') === false &&
        keyword(location, 'patternProperties') === undefined &&
        propertyAt(location, name) === undefined,
    ) || side.some((location) => propertyAt(location, name) === false)
  return (
    ofLeft.some((name) => forbids(right, name)) ||
    ofRight.some((name) => forbids(left, name)) ||
    present.some((name) => differByName(left, right, name, context, depth))
  )
}

/** Whether no value of a property can meet both. */
function differByName(
  left: Conjunction,
  right: Conjunction,
  name: string,
  context: Context,
  depth: number,
): boolean {
  const naming = [left, right].map((side) =>
    side.filter((location) => propertyAt(location, name) !== undefined),
  )
  if (naming.every((side) => side.length === 0)) return false
  const key = [depth, name, ...naming.map((side) => side.map(({ path }) => path).join('\n'))].join('\n\n')
  const known = context.known.get(key)
  if (known !== undefined) return known
  const [one, other] = naming.map((side) =>
    context.expand(side.map((location) => child(location, 'properties', name))),
  )
  if (one === undefined || other === undefined) return false
  const differs = excludeOneAnother(one, other, context, depth + 1)
  if (context.known.size < maximumKnown) context.known.set(key, differs)
  return differs
}
