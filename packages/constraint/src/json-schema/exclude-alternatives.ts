import type { Conjunction } from './conjunctions.ts'
import { keyword, propertyAt, readBounds, readCount, readList, readNames } from './read-keywords.ts'
import { child, type IsValid, type Location } from './schema-location.ts'
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
  if (types.size === 0 || contradict(left, right) || contradict(right, left)) return true
  if (differByValue(left, right, context) || differByValue(right, left, context)) return true
  if ([...types].every((type) => type === 'integer' || type === 'number')) return differByRange(left, right)
  if (types.size > 1 || !types.has('object') || depth >= maximumDepth) return false
  return differByProperty(left, right, context, depth)
}

/** Whether one side says `not` of what the other says: equal schemas are one. */
export function contradict(left: Conjunction, right: Conjunction): boolean {
  return left.some((location) => {
    if (keyword(location, 'not') === undefined || location.document.isOnlyReference(location)) return false
    const { path } = child(location, 'not')
    return right.some((other) => other.path === path)
  })
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
  const most = Math.min(
    ...[...left, ...right].map((location) => readCount(location, 'maxProperties') ?? Infinity),
  )
  return (
    present.length > most ||
    ofLeft.some((name) => forbids(right, name)) ||
    ofRight.some((name) => forbids(left, name)) ||
    present.some((name) => differByName(left, right, name, context, depth))
  )
}

/** What a schema says of the property of a name, where it is plain. */
function saidOf(location: Location, name: string): Conjunction {
  if (propertyAt(location, name) !== undefined) return [child(location, 'properties', name)]
  const isOther =
    keyword(location, 'additionalProperties') !== undefined &&
    keyword(location, 'patternProperties') === undefined
  return isOther ? [child(location, 'additionalProperties')] : []
}

/** Whether no value of a property can meet both. */
function differByName(
  left: Conjunction,
  right: Conjunction,
  name: string,
  context: Context,
  depth: number,
): boolean {
  const said = [left, right].map((side) => side.flatMap((location) => saidOf(location, name)))
  if (said.some((side) => side.length === 0)) return false
  const key = [depth, ...said.map((side) => side.map(({ path }) => path).join('\n'))].join('\n\n')
  const known = context.known.get(key)
  if (known !== undefined) return known
  const [one, other] = said.map((side) => context.expand(side))
  if (one === undefined || other === undefined) return false
  const differs = excludeOneAnother(one, other, context, depth + 1)
  if (context.known.size < maximumKnown) context.known.set(key, differs)
  return differs
}
