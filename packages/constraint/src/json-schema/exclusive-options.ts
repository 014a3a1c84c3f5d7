import { matchesText } from '../automaton/matches-text.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { searchCondition } from './compile-string.ts'
import { tooMany, type Conjunction, type Resolver } from './conjunctions.ts'
import { listedBy } from './contradictions.ts'
import { eachPair } from './discriminate-options.ts'
import { excludeOneAnother, excludes, type Context } from './exclude-alternatives.ts'
import { keyword, propertyAt, readKeys, readNames } from './read-keywords.ts'
import {
  child,
  isObject,
  madeOf,
  refuseKeyword,
  type EvaluatedNames,
  type Json,
  type Location,
  type SchemaObject,
} from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

/** Of alternatives that exclude other options only by what they say: each is compiled whole. */
const maximumExclusive = 500
/** Options, each with every other that may hold beside it: half a second of work or so. */
const maximumOverlaps = 20_000

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
  const pairs = overlaps.reduce((sum, others) => sum + others.length, 0)
  if (pairs > maximumOverlaps) throw tooMany(maximumExclusive)
  let count = 0
  return options.flatMap((option, index) => {
    const others = overlaps[index]!
    if (others.length === 0) return option
    const refusal = refuseOverlap(location, index, others[0]!)
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
      return alternatives.map((alternative) => blameFor(alternative, refusal))
    } catch (error) {
      if (!(error instanceof ConstraintError) || error.code === 'invalid-schema') throw error
      throw refusal
    }
  })
}

function refuseOverlap({ path }: Location, one: number, other: number): ConstraintError {
  const [first, second] = [Math.min(one, other) + 1, Math.max(one, other) + 1]
  const hint = `Options ${first} and ${second} may both hold. Use "anyOf", or give them a property with different "const" values.`
  return refuseKeyword(path, 'oneOf', hint)
}

/** What cannot be written out is here for the sake of options that may both hold. */
function blameFor(alternative: Conjunction, refusal: ConstraintError): Conjunction {
  return alternative.map((part) =>
    part.demand?.kind === 'unwritable' ? { ...part, demand: { ...part.demand, refusal } } : part,
  )
}

/** For each option those that may hold with it. */
function findOverlaps(options: readonly Conjunction[][], context: Context): number[][] {
  const overlaps = options.map((): number[] => [])
  eachPair(options, (first, second) => {
    if (excludeOneAnother(options[first], options[second], context)) return
    overlaps[first]!.push(second)
    overlaps[second]!.push(first)
  })
  return overlaps.map((others) => others.toSorted((a, b) => a - b))
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
        .flatMap((way) => nameMembers(way, alternative, location))
        .filter((way) => !excludes(alternative, way, context))
        .map((way) => simplify(way, alternative, location, context))
      const fewest = absorb(resolver.cross([ways, absorb(joinAbsent(broken))]))
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
    if (name === undefined) return [nameByContent(part, location)]
    const isThere = isObjectOnly && alternative.some((one) => readNames(one, 'required').includes(name))
    return isThere ? [] : [madeOf(location, `has ${JSON.stringify(name)}`, hasProperty(name))]
  })
}

/** Some property beside those that an option names: where the alternative has no others than its own, one of these. */
function nameMembers(way: Conjunction, alternative: Conjunction, location: Location): Conjunction[] {
  const part = way.find(({ demand }) => demand?.kind === 'some-member')
  const member = part?.demand?.kind === 'some-member' ? part.demand.member : undefined
  const names = closedNames(alternative)
  if (part === undefined || member === undefined || names === undefined) return [way]
  if (member.key !== undefined || member.pattern !== undefined) return [way]
  if (member.value !== undefined && member.value.schema !== true) return [way]
  const others = way.filter((one) => one !== part)
  return names
    .filter((name) => !isExcepted(name, member.except, part))
    .map((name) => [...others, madeOf(location, `has ${JSON.stringify(name)}`, hasProperty(name))])
}

function isExcepted(name: string, except: EvaluatedNames | undefined, at: Location): boolean {
  if (except === undefined) return false
  const matches = (pattern: string): boolean =>
    matchesText(searchCondition(pattern, at, 'patternProperties').expression, name)
  return except.names.includes(name) || except.patterns.some(matches)
}

/** The properties that objects may have, where none but named ones are possible. */
function closedNames(alternative: Conjunction): readonly string[] | undefined {
  const closed = alternative.find(
    (one) =>
      keyword(one, 'additionalProperties') === false && keyword(one, 'patternProperties') === undefined,
  )
  return closed && readKeys(closed, 'properties')
}

function hasProperty(name: string): SchemaObject {
  return { type: 'object', required: [name] }
}

/** What says the same of a property, whichever option it breaks, is called the same. */
function nameByContent(part: Location, location: Location): Location {
  const absent = absentProperty([part])
  if (absent !== undefined) return madeOf(location, `without ${JSON.stringify(absent)}`, part.schema)
  const name = brokenProperty([part])
  if (name === undefined) return part
  const inner = child(part, 'properties', name)
  if (keyword(inner, 'not') === undefined || Object.keys(inner.schema).length > 1) return part
  const { path } = child(inner, 'not')
  return madeOf(location, `${JSON.stringify(name)} that is not ${path}`, part.schema)
}

/** A property that is not there, or is there and wrong, is one way instead of two: it is wrong if it is there. */
function joinAbsent(ways: readonly Conjunction[]): Conjunction[] {
  const absent = new Map<string, Conjunction>()
  for (const way of ways) {
    const name = absentProperty(way)
    if (name !== undefined) absent.set(name, way)
  }
  const joined = new Set<Conjunction>()
  const found = ways.map((way) => {
    const name = brokenProperty(way)
    const other = name === undefined ? undefined : absent.get(name)
    if (name === undefined || other === undefined) return way
    joined.add(other)
    const [part] = way as [Location]
    const { properties } = part.schema as { properties: Json }
    return [madeOf(part, 'or absent', { type: 'object', properties })]
  })
  return found.filter((way) => !joined.has(way))
}

/** The property that a way says is absent, if it says nothing else. */
function absentProperty(way: Conjunction): string | undefined {
  const [part, ...more] = way
  if (part === undefined || more.length > 0 || !saysOnly(part, 'properties,type')) return undefined
  const [name, ...others] = readKeys(part, 'properties')
  return name !== undefined && others.length === 0 && propertyAt(part, name) === false ? name : undefined
}

/** The property that a way says is there with a value of some kind, if it says nothing else. */
function brokenProperty(way: Conjunction): string | undefined {
  const [part, ...more] = way
  if (part === undefined || more.length > 0 || !saysOnly(part, 'properties,required,type')) return undefined
  const [name, ...others] = readKeys(part, 'properties')
  const [required, ...further] = readNames(part, 'required')
  return others.length === 0 && further.length === 0 && name === required ? name : undefined
}

/** Whether a schema of objects has these keywords and no others. */
function saysOnly({ schema, demand }: Location, keywords: string): boolean {
  return (
    demand === undefined &&
    typeof schema === 'object' &&
    schema['type'] === 'object' &&
    Object.keys(schema).toSorted().join() === keywords
  )
}

function excludedProperty(part: Location, alternative: Conjunction, context: Context): string | undefined {
  const name = brokenProperty([part])
  if (name === undefined) return undefined
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
