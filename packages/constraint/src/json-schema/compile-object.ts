import { remembersOrder } from '@woolgather/workflow/ordered-json'
import { matchesText } from '../automaton/matches-text.ts'
import type { Condition } from '../automaton/intersect-languages.ts'
import {
  choice,
  literal,
  nothing,
  optional,
  repeat,
  sequence,
  type Expression,
  type Graph,
} from '../grammar/expression.ts'
import { compileString, searchCondition } from './compile-string.ts'
import { expandAlternatives, type Conjunction } from './expand-alternatives.ts'
import { placeIntegers } from './place-integers.ts'
import { keyword, readCount, readKeys, readNames, tightest } from './read-keywords.ts'
import { child, isObject, refuseKeyword, type Location } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

interface ObjectShape {
  readonly location: Location
  readonly names: readonly string[]
  readonly patterns: readonly { readonly condition: Condition; readonly value: Location }[]
  readonly additional: Location | undefined
}

/** Combinations of patterns double with each; more would take minutes to intersect. */
const maximumPatterns = 4

/** Objects: the named properties in the schema's order, then additional ones in any order. */
export function compileObject(locations: Conjunction, compiler: ValueCompiler): Expression {
  const shapes = locations.map(readShape)
  const closed = isClosed(shapes, compiler)
  const required = new Set(locations.flatMap((location) => readNames(location, 'required')))
  const names = [...new Set([...shapes.flatMap((shape) => shape.names), ...required])]
  const keyRules = locations.flatMap((location) =>
    keyword(location, 'propertyNames') === undefined ? [] : [child(location, 'propertyNames')],
  )
  const pairs = names.map((name) => {
    const allowed = keyRules.every((rule) => compiler.isValid(name, rule))
    const schemas = shapes.flatMap((shape) => schemasFor(name, shape))
    const known = !closed || shapes.some((shape) => isNamed(name, shape))
    const value = allowed && known ? compiler.valueOf(schemas) : choice([])
    return { pair: pair(literal(JSON.stringify(name)), value, compiler), required: required.has(name) }
  })
  const members = additionalMembers(shapes, { names, keyRules, closed }, compiler)
  const limits = readLimits(locations, pairs.length > 0)
  const content =
    limits === undefined
      ? listProperties(pairs, members, compiler.space)
      : countProperties(members, limits, compiler.space)
  return sequence([literal('{'), compiler.space, content, literal('}')])
}

function readShape(location: Location): ObjectShape {
  return {
    location,
    names: namesOf(location),
    patterns: readKeys(location, 'patternProperties').map((pattern) => ({
      condition: searchCondition(pattern, `${location.path}/patternProperties`),
      value: child(location, 'patternProperties', pattern),
    })),
    additional:
      keyword(location, 'additionalProperties') === undefined
        ? undefined
        : child(location, 'additionalProperties'),
  }
}

function namesOf(location: Location): readonly string[] {
  const names = readKeys(location, 'properties')
  const properties = keyword(location, 'properties')
  const isKnown = isObject(properties) && remembersOrder(properties)
  return isKnown ? names : placeIntegers(names, readNames(location, 'required'))
}

/** Schemas that hold together are closed together: each may name properties, and none says anything of others. */
function isClosed(shapes: readonly ObjectShape[], { closedObjects }: ValueCompiler): boolean {
  return (
    closedObjects &&
    shapes.some(({ names }) => names.length > 0) &&
    shapes.every(({ additional }) => additional === undefined)
  )
}

function isNamed(name: string, { names, patterns }: ObjectShape): boolean {
  return names.includes(name) || patterns.some(({ condition }) => matchesText(condition.expression, name))
}

/** What a schema demands of the property of a name. */
function schemasFor(name: string, { location, names, patterns, additional }: ObjectShape): Location[] {
  const own = names.includes(name) ? [child(location, 'properties', name)] : []
  const matching = patterns
    .filter(({ condition }) => matchesText(condition.expression, name))
    .map(({ value }) => value)
  const specific = [...own, ...matching]
  return specific.length === 0 && additional !== undefined ? [additional] : specific
}

/** Properties that are not named: one alternative for each combination of patterns that a key may match. */
function additionalMembers(
  shapes: readonly ObjectShape[],
  { names, keyRules, closed }: { names: readonly string[]; keyRules: readonly Location[]; closed: boolean },
  compiler: ValueCompiler,
): Expression {
  const patterns = shapes.flatMap((shape) => shape.patterns)
  if (patterns.length > maximumPatterns) {
    throw refuseKeyword(
      shapes[0]!.location.path,
      'patternProperties',
      `At most ${maximumPatterns} patterns are possible.`,
    )
  }
  const others: Condition[] =
    names.length === 0 ? [] : [{ expression: choice(names.map((name) => literal(name))), negate: true }]
  const members = Array.from({ length: 2 ** patterns.length }, (_, combination) => {
    if (closed && combination === 0) return undefined
    const matched = new Set(patterns.filter((_, index) => (combination >> index) % 2 === 1))
    const values = shapes.flatMap((shape) => {
      const own = shape.patterns.filter((pattern) => matched.has(pattern)).map(({ value }) => value)
      return own.length === 0 && shape.additional !== undefined ? [shape.additional] : own
    })
    if (values.some(({ schema }) => schema === false)) return undefined
    const conditions = patterns.map(({ condition }, index) => ({
      expression: condition.expression,
      negate: (combination >> index) % 2 === 0,
    }))
    const key = compileKey(keyRules, [...others, ...conditions], compiler)
    return pair(key, compiler.valueOf(values), compiler)
  })
  return choice(members.filter((member) => member !== undefined))
}

function compileKey(
  keyRules: readonly Location[],
  conditions: readonly Condition[],
  compiler: ValueCompiler,
): Expression {
  if (keyRules.length === 0) return compileString([], conditions)
  const alternatives = expandAlternatives(compiler.root, keyRules, (location) => {
    throw refuseKeyword(location.path, 'oneOf')
  })
  return choice(
    alternatives.map((rules) => {
      const listed = rules.flatMap((rule) => {
        const values =
          keyword(rule, 'enum') ??
          (keyword(rule, 'const') === undefined ? undefined : [keyword(rule, 'const')!])
        if (!Array.isArray(values)) return []
        const texts = values.filter((value): value is string => typeof value === 'string')
        return [{ expression: choice(texts.map((text) => literal(text))), negate: false }]
      })
      return compileString(rules, [...conditions, ...listed])
    }),
  )
}

function pair(key: Expression, value: Expression, { space }: ValueCompiler): Expression {
  return sequence([key, space, literal(':'), space, value])
}

/** `minProperties` and `maxProperties` count properties, which works where none is named. */
function readLimits(
  locations: Conjunction,
  named: boolean,
): { minimum: number; maximum: number } | undefined {
  const minimum = tightest(locations, (location) => readCount(location, 'minProperties'), Math.max, 0)
  const maximum = tightest(locations, (location) => readCount(location, 'maxProperties'), Math.min, Infinity)
  if (minimum === 0 && maximum === Infinity) return undefined
  if (!named) return { minimum, maximum }
  const name = minimum > 0 ? 'minProperties' : 'maxProperties'
  const { path } = locations.find((location) => keyword(location, name) !== undefined) as Location
  throw refuseKeyword(path, name, 'Properties can be counted only where none is named or required.')
}

function countProperties(
  member: Expression,
  { minimum, maximum }: { minimum: number; maximum: number },
  space: Expression,
): Expression {
  if (maximum < minimum) return choice([])
  if (maximum === 0) return nothing
  const others = repeat(sequence([separator(space), member]), Math.max(0, minimum - 1), maximum - 1)
  const some = sequence([member, others, space])
  return minimum === 0 ? optional(some) : some
}

/**
 * Two nodes per property: nothing written yet, or something, so that a comma is due.
 *
 *   0 ──a──▸ 1'──,b──▸ 2'      without a: 0 ──▸ 1,  without b: 1' ──▸ 2'
 */
function listProperties(
  pairs: readonly { pair: Expression; required: boolean }[],
  member: Expression,
  space: Expression,
): Expression {
  const edges: Graph['edges'][number][] = []
  const bare = (index: number) => 2 * index
  const written = (index: number) => 2 * index + 1
  pairs.forEach(({ pair: label, required }, index) => {
    edges.push({ from: bare(index), to: written(index + 1), label })
    edges.push({ from: written(index), to: written(index + 1), label: sequence([separator(space), label]) })
    if (required) return
    edges.push({ from: bare(index), to: bare(index + 1), label: nothing })
    edges.push({ from: written(index), to: written(index + 1), label: nothing })
  })
  const last = pairs.length
  edges.push({ from: bare(last), to: written(last), label: member })
  edges.push({ from: written(last), to: written(last), label: sequence([separator(space), member]) })
  // After the last property, so that an empty object has its whitespace once.
  const end = written(last) + 1
  edges.push({ from: written(last), to: end, label: space })
  return { kind: 'graph', graph: { size: end + 1, finals: [bare(last), end], edges } }
}

function separator(space: Expression): Expression {
  return sequence([space, literal(','), space])
}
