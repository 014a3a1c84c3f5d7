import type { Condition, Room } from '../automaton/intersect-languages.ts'
import { choice, literal, type Expression } from '../grammar/expression.ts'
import { compileString, searchCondition } from './compile-string.ts'
import type { Conjunction } from './conjunctions.ts'
import { classifyKeys, type KeyClass } from './key-class.ts'
import type { Member } from './list-properties.ts'
import { membersOf } from './object-members.ts'
import type { ObjectShape } from './object-shape.ts'
import { otherKeys } from './other-keys.ts'
import { keyword } from './read-keywords.ts'
import { countTexts } from './count-values.ts'
import {
  madeOf,
  refuseKeyword,
  type Location,
  type SchemaObject,
  type SomeMember,
} from './schema-location.ts'
import { mostWritten } from '../memory/json-reading.ts'
import type { ValueCompiler } from './value-compiler.ts'
import { allowedTypes } from './value-types.ts'

interface Context {
  readonly names: readonly string[]
  readonly keyRules: readonly Location[]
  readonly closed: boolean
  readonly demanded: readonly SomeMember[]
}

/** More than can be remembered of an object. */
export const manyKeys = mostWritten + 1
/** Demands multiply the states of an object. */
const maximumDemands = 4

/** Properties that are not named: one alternative for each combination of patterns that a key may match. */
export function additionalMembers(
  shapes: readonly ObjectShape[],
  { names, keyRules, closed, demanded }: Context,
  compiler: ValueCompiler,
): Member[] {
  if (demanded.length > maximumDemands)
    throw refuseKeyword(
      shapes[0]!.location.path,
      'not',
      `It demands more than ${maximumDemands} properties that are not named.`,
    )
  const patterns = patternsOf(shapes, demanded)
  const excepted = [...new Set(demanded.flatMap(({ except }) => except?.names ?? []))].filter(
    (name) => !names.includes(name),
  )
  const languages = new Map([
    ...patterns,
    ...excepted.map((name): [string, Expression] => [nameKey(name), literal(name)]),
  ])
  const isOther = JSON.stringify([names.toSorted(), [...languages.keys()]])
  return classesOf(names, languages, shapes[0]?.location.document.room, compiler).flatMap(
    ({ matched, expression }) => {
      const values = shapes.flatMap((shape) => valuesFor(matched, shape))
      const isNamed = shapes.some((shape) => shape.patterns.some(({ source }) => matched.has(source)))
      if ((closed && !isNamed) || values.some(({ schema }) => schema === false)) return []
      return keysFor(matched, keyRules, demanded).flatMap(({ rules, meets }) => {
        const name = JSON.stringify([isOther, [...matched], rules.map(({ path }) => path)])
        const key = {
          name,
          expression: compiler.once(name, () => compileKey(rules, names, expression, compiler)),
        }
        const countKeys = (): number => countKeysOf(rules, expression, compiler)
        return membersOf(key, values, { demanded, meets }, compiler).map((member) => ({
          ...member,
          countKeys,
        }))
      })
    },
  )
}

/** A name that is excepted, told apart from a pattern. */
const nameKey = (name: string): string => `\0${name}`

/** Keys that are not named, by which languages they are in; worked out once for the same names and languages. */
function classesOf(
  names: readonly string[],
  languages: ReadonlyMap<string, Expression>,
  room: Room | undefined,
  compiler: ValueCompiler,
): readonly KeyClass[] {
  if (languages.size === 0 || room === undefined) return [{ matched: new Set(), expression: undefined }]
  const key = JSON.stringify([names.toSorted(), [...languages.keys()]])
  const known = compiler.keyClasses.get(key)
  if (known !== undefined) return known
  const classes = classifyKeys(names, languages, room)
  compiler.keyClasses.set(key, classes)
  return classes
}

function exceptNames(names: readonly string[]): Condition[] {
  if (names.length === 0) return []
  return [{ expression: choice(names.map((name) => literal(name))), negate: true }]
}

/** Patterns of the schemas and of what is demanded, each once. */
function patternsOf(
  shapes: readonly ObjectShape[],
  demanded: readonly SomeMember[],
): Map<string, Expression> {
  const known = shapes.flatMap(({ patterns }) =>
    patterns.map(({ source, expression }): [string, Expression] => [source, expression]),
  )
  const further = demanded
    .flatMap(({ pattern, except }) => [
      ...(pattern === undefined ? [] : [pattern]),
      ...(except?.patterns ?? []),
    ])
    .map((source): [string, Expression] => [
      source,
      searchCondition(source, shapes[0]!.location, 'patternProperties').expression,
    ])
  return new Map([...known, ...further])
}

/** What a schema demands of a property that is not named and matches some patterns. */
function valuesFor(matched: ReadonlySet<string>, { patterns, additional }: ObjectShape): Location[] {
  const own = patterns.filter(({ source }) => matched.has(source))
  if (own.length === 0 && additional !== undefined) return [additional]
  return own.flatMap(({ value }) => value ?? [])
}

/** Keys of one class, as rules for keys and demands have them: some demands are met by some keys only. */
function keysFor(
  matched: ReadonlySet<string>,
  keyRules: readonly Location[],
  demanded: readonly SomeMember[],
): { rules: Location[]; meets: number[] }[] {
  const meets = demanded.flatMap(({ pattern, except }, index) => {
    const excepted = [...(except?.names ?? []).map(nameKey), ...(except?.patterns ?? [])]
    const fits =
      (pattern === undefined || matched.has(pattern)) && !excepted.some((name) => matched.has(name))
    return fits ? [index] : []
  })
  const free = meets.filter((index) => demanded[index]!.key === undefined)
  const ruled = meets.filter((index) => demanded[index]!.key !== undefined)
  return Array.from({ length: 2 ** ruled.length }, (_, set) => {
    const chosen = ruled.filter((_, index) => (set >> index) % 2 === 1)
    return {
      rules: [...keyRules, ...chosen.map((index) => demanded[index]!.key!)],
      meets: [...free, ...chosen],
    }
  })
}

function compileKey(
  keyRules: readonly Location[],
  names: readonly string[],
  expression: Expression | undefined,
  compiler: ValueCompiler,
): Expression {
  if (keyRules.length === 0 && expression === undefined) return otherKeys(names)
  const conditions = expression === undefined ? exceptNames(names) : [{ expression, negate: false }]
  if (keyRules.length === 0) return compileString([], conditions)
  return choice(
    compiler.alternativesOf(keyRules).flatMap((rules) => {
      if (!allowedTypes(rules).has('string')) return []
      return [compileString(rules, [...conditions, ...listedTexts(rules)])]
    }),
  )
}

const anyText: SchemaObject = { type: 'string' }

/** As many keys of a class as are surely there, up to more than can be remembered. */
function countKeysOf(
  rules: readonly Location[],
  expression: Expression | undefined,
  compiler: ValueCompiler,
): number {
  if (rules.length === 0 && expression === undefined) return manyKeys
  const conditions = expression === undefined ? [] : [{ expression, negate: false }]
  const alternatives =
    rules.length === 0 ? [[]] : compiler.alternativesOf([madeOf(rules[0]!, 'key', anyText), ...rules])
  return Math.max(
    0,
    ...alternatives.map((one) => countTexts(one, manyKeys, [...conditions, ...listedTexts(one)])),
  )
}

function listedTexts(rules: Conjunction): Condition[] {
  return rules.flatMap((rule) => {
    const only = keyword(rule, 'const')
    const lists = [keyword(rule, 'enum'), only === undefined ? undefined : [only]]
    return lists.flatMap((values) => {
      if (!Array.isArray(values)) return []
      const texts = values.filter((value): value is string => typeof value === 'string')
      return [{ expression: choice(texts.map((text) => literal(text))), negate: false }]
    })
  })
}
