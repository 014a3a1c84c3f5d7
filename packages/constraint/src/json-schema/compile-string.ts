import { intersectLanguages, type Condition } from '../automaton/intersect-languages.ts'
import { everyCharacter } from '../grammar/characters.ts'
import { characters, choice, literal, repeat, sequence, type Expression } from '../grammar/expression.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { parseSearchPattern } from '../regex/parse-regex.ts'
import type { Conjunction } from './conjunctions.ts'
import { formatExpression } from './formats.ts'
import { insideString, stringCharacter } from './json-text.ts'
import { limitLength } from './limit-length.ts'
import { readCount, readText, tightest } from './read-keywords.ts'
import type { Location } from './schema-location.ts'

/** A JSON string, quotation marks included. */
export function compileString(locations: Conjunction, more: readonly Condition[] = []): Expression {
  const minimum = tightest(locations, (location) => readCount(location, 'minLength'), Math.max, 0)
  const maximum = tightest(locations, (location) => readCount(location, 'maxLength'), Math.min, Infinity)
  const conditions = [...textConditions(locations), ...unlistedTexts(locations), ...more]
  if (conditions.length === 0 && minimum === 0 && maximum === Infinity) return anyString
  if (conditions.length === 0)
    return quoted(repeat(stringCharacter, minimum, Math.max(maximum, -1)), minimum, maximum)
  const anyLength = minimum === 0 && maximum === Infinity && conditions.some(({ negate }) => !negate)
  const [single] = conditions
  const limited =
    conditions.length === 1 && single?.negate === false
      ? limitLength(single.expression, minimum, maximum)
      : undefined
  if (limited !== undefined) return quoted(insideString(limited), minimum, maximum)
  const length = { expression: repeat(characters(everyCharacter), minimum, maximum), negate: false }
  const all = anyLength ? conditions : [length, ...conditions]
  const [only] = all
  const text =
    all.length === 1 && only !== undefined
      ? only.expression
      : intersectLanguages(all, locations[0]?.document.room)
  return quoted(insideString(text), minimum, maximum)
}

/** What `pattern` and `format` demand of the text. */
export function textConditions(locations: Conjunction): Condition[] {
  return locations.flatMap((location) => [
    ...readPattern(location),
    ...readFormat(location),
    ...(location.demand?.kind === 'text' ? [location.demand.condition] : []),
  ])
}

function unlistedTexts(locations: Conjunction): Condition[] {
  return locations.flatMap(({ demand }) => {
    const values = demand?.kind === 'unlisted' ? demand.values : []
    const texts = values.filter((value) => typeof value === 'string')
    return texts.length === 0
      ? []
      : [{ expression: choice(texts.map((text) => literal(text))), negate: true }]
  })
}

/** The texts in which a pattern is found, parsed once for a document. */
export function searchCondition(pattern: string, { document, path }: Location, name = 'pattern'): Condition {
  const known = document.patterns.get(pattern)
  if (known !== undefined) return known
  try {
    const condition = { expression: parseSearchPattern(pattern), negate: false }
    document.patterns.set(pattern, condition)
    return condition
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    const code = error.code === 'invalid-regex' ? 'invalid-schema' : 'unsupported-schema'
    const at = `${path}/${name}`
    throw new ConstraintError(error.code === 'too-large' ? 'too-large' : code, `${error.message}, in ${at}`, {
      where: { ...error.where, path: at },
    })
  }
}

function readPattern(location: Location): Condition[] {
  const pattern = readText(location, 'pattern')
  return pattern === undefined ? [] : [searchCondition(pattern, location)]
}

function readFormat(location: Location): Condition[] {
  const format = readText(location, 'format')
  if (format === undefined) return []
  const expression = formatExpression(format)
  // A format that is not known asserts nothing; a note says so.
  if (expression === undefined) return []
  return [{ expression, negate: false }]
}

const anyString = quoted(repeat(stringCharacter, 0, Infinity), 0, Infinity)

function quoted(text: Expression, minimum: number, maximum: number): Expression {
  if (maximum < minimum) return { kind: 'choice', options: [] }
  return sequence([literal('"'), text, literal('"')])
}
