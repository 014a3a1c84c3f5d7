import { intersectLanguages, spendRoom, type Condition, type Room } from '../automaton/intersect-languages.ts'
import { everyCharacter } from '../grammar/characters.ts'
import {
  characters,
  choice,
  impossible,
  literal,
  repeat,
  sequence,
  shared,
  type Expression,
  type Graph,
} from '../grammar/expression.ts'
import { countEdges, fits } from '../grammar/counter.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import type { Conjunction } from './conjunctions.ts'
import { possibleOfFormat } from './format-bounds.ts'
import { formatExpression, longestOfFormat } from './formats.ts'
import { insideString, stringCharacter } from './json-text.ts'
import { limitLength } from './limit-length.ts'
import { keyword, readCount, readText, tightest } from './read-keywords.ts'
import type { Doubt, Location } from './schema-location.ts'
import { WeighedCache } from './weighed-cache.ts'

/** Strings that schemas have in common, with what room each took; of all together so many edges are kept. */
const kept = new WeighedCache<{ readonly expression: Expression; readonly room: number }>(200_000)

/** A JSON string, quotation marks included. */
export function compileString(locations: Conjunction, more: readonly Condition[] = []): Expression {
  const [only] = locations
  const name = locations.length === 1 && more.length === 0 ? nameOf(only!) : undefined
  if (name === undefined) return makeString(locations, more)
  const room = only!.document.room
  const known = kept.get(name)
  if (known !== undefined) {
    // As if it were made again: what a schema may take does not depend on what was compiled before.
    spendRoom(room, known.room)
    return known.expression
  }
  const before = room.left
  const expression = makeString(locations, more)
  kept.set(name, { expression, room: before - room.left }, weightOf(expression))
  return expression
}

/** What a string must be, where a pattern or a format says so and nothing but keywords. */
function nameOf(location: Location): string | undefined {
  const [pattern, format] = [keyword(location, 'pattern'), keyword(location, 'format')]
  if ((pattern === undefined && format === undefined) || location.demand !== undefined) return undefined
  const values = [pattern, format, keyword(location, 'minLength'), keyword(location, 'maxLength')]
  return values.map((value) => (value === undefined ? '' : JSON.stringify(value))).join('\n')
}

/** Parts of an expression, and edges of its graphs, each once. */
function weightOf(expression: Expression): number {
  const parts = new Set([expression])
  let edges = 0
  // Appended to while it is gone through.
  for (const part of parts) {
    if (part.kind === 'sequence') part.items.forEach((item) => parts.add(item))
    else if (part.kind === 'choice') part.options.forEach((option) => parts.add(option))
    else if (part.kind === 'repeat' || part.kind === 'shared') parts.add(part.item)
    else if (part.kind === 'graph' || part.kind === 'counted') edges += part.graph.edges.length
  }
  return parts.size + edges
}

function makeString(locations: Conjunction, more: readonly Condition[]): Expression {
  const minimum = tightest(locations, (location) => readCount(location, 'minLength'), Math.max, 0)
  const maximum = tightest(locations, (location) => longestOf(location), Math.min, Infinity)
  const conditions = [...textConditions(locations), ...unlistedTexts(locations), ...more]
  if (maximum < minimum) return impossible
  if (conditions.length === 0) return quoted(anyText(minimum, maximum))
  const anyLength = minimum === 0 && maximum === Infinity
  const [single] = conditions
  const limited =
    conditions.length === 1 && single?.negate === false
      ? limitLength(single.expression, minimum, maximum)
      : undefined
  if (limited !== undefined) return quoted(insideString(limited))
  const room = locations[0]?.document.room
  if (!anyLength) return quoted(limitText(conditions, minimum, maximum, room))
  const isWhole = conditions.length === 1 && single?.negate === false
  return quoted(insideString(isWhole ? single.expression : intersectLanguages(conditions, room)))
}

/** What `maxLength` and `format` allow at most. */
export function longestOf(location: Location, doubt: Doubt = 'surely'): number | undefined {
  const [most, ofFormat] = [
    readCount(location, 'maxLength'),
    doubt === 'surely' ? longestOfFormat[readText(location, 'format') ?? ''] : undefined,
  ]
  return ofFormat === undefined ? most : Math.min(most ?? Infinity, ofFormat)
}

/** Longer texts are counted, so that each length is not a state of its own from the beginning. */
const longest = 32

function anyText(minimum: number, maximum: number): Expression {
  const free = maximum - minimum
  if (free === Infinity || free <= longest) return repeat(stringCharacter, minimum, maximum)
  const counted = countEdges(anyGraph, { minimum: 0, maximum: free, isPlain: () => true })!
  return sequence([repeat(stringCharacter, minimum, minimum), shared({ kind: 'counted', ...counted })])
}

const anyGraph: Graph = { size: 1, finals: [0], edges: [{ from: 0, to: 0, label: stringCharacter }] }

/** Texts that meet conditions and have so many characters: few states are multiplied, more are counted. */
function limitText(
  conditions: readonly Condition[],
  minimum: number,
  maximum: number,
  room: Room | undefined,
): Expression {
  const { graph } = intersectLanguages(conditions, room)
  const farthest = maximum === Infinity ? minimum : maximum
  if (graph.size * farthest <= fewStates) {
    const length = { expression: repeat(characters(everyCharacter), minimum, maximum), negate: false }
    return insideString(intersectLanguages([length, ...conditions], room))
  }
  const counted = countEdges(graph, { minimum, maximum, isPlain: hasPlainCharacter })
  if (counted === undefined)
    throw new ConstraintError(
      'too-large',
      `A text of up to ${farthest} characters has too many ways to end`,
      {
        hint: 'Lower the bounds of its length, or drop one of the conditions.',
      },
    )
  const { counter } = counted
  if (!fits(counter, 0, 0)) return impossible
  const edges = counted.graph.edges.map((edge) => ({ ...edge, label: insideString(edge.label) }))
  return shared({ kind: 'counted', graph: { ...counted.graph, edges }, counter })
}

const fewStates = 1_000

/** Whether one of its characters is a single byte inside quotation marks. */
function hasPlainCharacter(label: Expression): boolean {
  if (label.kind !== 'characters') return false
  return label.set.ranges.some(({ min, max }) => {
    const [first, last] = [Math.max(min, 0x20), Math.min(max, 0x7e)]
    const escaped = [0x22, 0x5c].filter((point) => point >= first && point <= last)
    return last - first + 1 > escaped.length
  })
}

/** What `pattern` and `format` demand of the text. */
export function textConditions(locations: Conjunction, doubt: Doubt = 'surely'): Condition[] {
  return locations.flatMap((location) => [
    ...readPattern(location),
    ...readFormat(location, doubt),
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

/** The texts in which a pattern is found. */
export function searchCondition(pattern: string, { document, path }: Location, name = 'pattern'): Condition {
  try {
    return document.patterns.find(pattern)
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    const code = error.code === 'invalid-regex' ? 'invalid-schema' : 'unsupported-schema'
    const at = `${path}/${name}`
    throw new ConstraintError(error.code === 'too-large' ? 'too-large' : code, `${error.message}, in ${at}`, {
      where: { ...error.where, path: at },
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
}

function readPattern(location: Location): Condition[] {
  const pattern = readText(location, 'pattern')
  return pattern === undefined ? [] : [searchCondition(pattern, location)]
}

function readFormat(location: Location, doubt: Doubt): Condition[] {
  const format = readText(location, 'format')
  if (format === undefined) return []
  const expression = doubt === 'surely' ? formatExpression(format) : possibleOfFormat(format)
  // A format that is not known asserts nothing; a note says so.
  if (expression === undefined) return []
  return [{ expression, negate: false }]
}

function quoted(text: Expression): Expression {
  return sequence([literal('"'), text, literal('"')])
}
