import { ConstraintError } from '../errors/constraint-error.ts'
import { tooMany, type Conjunction, type Resolver } from './conjunctions.ts'
import { listedBy } from './contradictions.ts'
import { excludeOneAnother, excludes, type Context } from './exclude-alternatives.ts'
import { keyword, readKeys, readNames } from './read-keywords.ts'
import { child, isObject, madeOf, refuseKeyword, type Location } from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

/** Of alternatives that exclude other options only by what they say: each is compiled whole. */
const maximumExclusive = 200

/**
 * What meets one option of `oneOf` and no other: options that may hold together exclude one another by what the others
 * say, where that has a complement.
 */
export function exactlyOne(
  location: Location,
  options: readonly Conjunction[][],
  resolver: Resolver,
  context: Context,
): Conjunction[] {
  const overlaps = findOverlaps(options, context)
  let count = 0
  return options.flatMap((option, index) => {
    const others = overlaps[index]!
    if (others.length === 0) return option
    try {
      const alternatives = option.flatMap((alternative, number) =>
        withoutOthers(
          alternative,
          { location, others, says: `oneOf ${index} ${number} alone` },
          resolver,
          context,
        ),
      )
      count += alternatives.length
      if (count > maximumExclusive) throw tooMany(maximumExclusive)
      return alternatives
    } catch (error) {
      if (!(error instanceof ConstraintError) || error.code === 'invalid-schema') throw error
      const [first, second] = [index, others[0]!].sort((a, b) => a - b) as [number, number]
      const hint = `Options ${first + 1} and ${second + 1} may both hold. Use "anyOf", or give them a property with different "const" values.`
      throw refuseKeyword(location.path, 'oneOf', hint)
    }
  })
}

/** For each option those that may hold with it. */
function findOverlaps(options: readonly Conjunction[][], context: Context): number[][] {
  const overlaps = options.map((): number[] => [])
  options.forEach((left, first) => {
    for (let second = first + 1; second < options.length; second++) {
      if (excludeOneAnother(left, options[second]!, context)) continue
      overlaps[first]!.push(second)
      overlaps[second]!.push(first)
    }
  })
  return overlaps
}

interface Place {
  readonly location: Location
  readonly others: readonly number[]
  readonly says: string
}

function withoutOthers(
  alternative: Conjunction,
  { location, others, says }: Place,
  resolver: Resolver,
  context: Context,
): Conjunction[] {
  const options = others.map((other) => child(location, 'oneOf', other))
  const listed = alternative.map(listedBy).find((values) => values !== undefined)
  if (listed !== undefined) {
    const alone = listed.filter(
      (value) =>
        alternative.every((part) => context.isValid(value, part)) &&
        !options.some((option) => context.isValid(value, option, 'maybe')),
    )
    return alone.length === 0 ? [] : [[...alternative, madeOf(location, says, { enum: alone })]]
  }
  const ways = options.reduce<Conjunction[]>(
    (ways, option) => {
      if (ways.length === 0) return []
      const broken = resolver
        .negated(option)
        .filter((way) => !excludes(alternative, way, context))
        .map((way) => simplify(way, alternative, location, context))
      const fewest = absorb(resolver.cross([ways, absorb(broken)]))
      return fewest.filter((way) => !excludes(alternative, way, context))
    },
    [[]],
  )
  return ways.map((way) => [...alternative, ...way])
}

/**
 * Where an option is broken by a property whose value the alternative excludes anyway, it is broken by the property being
 * there: the same for all options that it tells apart.
 */
function simplify(
  way: Conjunction,
  alternative: Conjunction,
  location: Location,
  context: Context,
): Conjunction {
  const isObjectOnly = allowedTypes(alternative).size === 1 && allowedTypes(alternative).has('object')
  return way.flatMap((part) => {
    const name = excludedProperty(part, alternative, context)
    if (name === undefined) return [part]
    const isThere = isObjectOnly && alternative.some((one) => readNames(one, 'required').includes(name))
    return isThere ? [] : [madeOf(location, `has ${name}`, { type: 'object', required: [name] })]
  })
}

function excludedProperty(part: Location, alternative: Conjunction, context: Context): string | undefined {
  const [name, ...more] = readKeys(part, 'properties')
  if (name === undefined || more.length > 0 || !isBroken(part)) return undefined
  const inner = child(part, 'properties', name)
  const value = keyword(inner, 'not')
  if (!isObject(value) || Object.keys(inner.schema).length > 1) return undefined
  const own = alternative.flatMap((one) =>
    readKeys(one, 'properties').includes(name) ? [child(one, 'properties', name)] : [],
  )
  if (own.length === 0) return undefined
  return excludeOneAnother(context.expand(own), context.expand([child(inner, 'not')]), context)
    ? name
    : undefined
}

/** Whether a schema says nothing but that an object has one property, with a value of some kind. */
function isBroken({ schema, demand }: Location): boolean {
  return (
    demand === undefined &&
    typeof schema === 'object' &&
    Object.keys(schema).toSorted().join() === 'properties,required,type'
  )
}

/** Without those that demand more than another does. */
function absorb(ways: readonly Conjunction[]): Conjunction[] {
  const kept: { way: Conjunction; paths: ReadonlySet<string> }[] = []
  for (const way of ways.toSorted((a, b) => a.length - b.length)) {
    const paths = new Set(way.map(({ path }) => path))
    if (!kept.some(({ way: fewer }) => fewer.every(({ path }) => paths.has(path)))) kept.push({ way, paths })
    if (kept.length > maximumExclusive) throw tooMany(maximumExclusive)
  }
  return kept.map(({ way }) => way)
}
