import type { CharSet } from 'refa'
import { charactersBetween, charactersOf, everyCharacter } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  literalAnyCase,
  repeat,
  sequence,
  shared,
  type Expression,
} from '../grammar/expression.ts'

const controls = charactersBetween(0, 0x1f)
/** Characters that stand for themselves inside a JSON string. */
export const plain: CharSet = everyCharacter.without(controls).without(charactersOf('"\\'))
const hex = charactersOf('0123456789abcdefABCDEF')
const shortEscapes: readonly (readonly [number, string])[] = [
  [0x22, '"'],
  [0x5c, '\\'],
  [0x08, 'b'],
  [0x0c, 'f'],
  [0x0a, 'n'],
  [0x0d, 'r'],
  [0x09, 't'],
]

/** What follows the backslash of an escaped character, escaped in any way. */
const afterBackslash = shared(
  choice([
    characters(charactersOf('"\\/bfnrt')),
    sequence([
      literal('u'),
      choice([
        sequence([characters(hex.without(charactersOf('dD'))), repeat(characters(hex), 3, 3)]),
        sequence([
          characters(charactersOf('dD')),
          characters(charactersBetween(0x30, 0x37)),
          repeat(characters(hex), 2, 2),
        ]),
        sequence([
          characters(charactersOf('dD')),
          characters(charactersOf('89abAB')),
          repeat(characters(hex), 2, 2),
          literal('\\u'),
          characters(charactersOf('dD')),
          characters(charactersOf('cdefCDEF')),
          repeat(characters(hex), 2, 2),
        ]),
      ]),
    ]),
  ]),
)

/** One character of a JSON string, plain or escaped in any way; a pair of surrogates is one. */
export const stringCharacter: Expression = choice([
  characters(plain),
  sequence([literal('\\'), afterBackslash]),
])

/** A text as JSON; characters beyond ASCII as they are or escaped, as some models and Python write them. */
export function jsonText(text: string): Expression {
  const written = JSON.stringify(text)
  const spelled = Array.from(written)
  if (spelled.every(isAscii)) return literal(written)
  return sequence(spelled.map((each) => (isAscii(each) ? literal(each) : eitherWay(each))))
}

const isAscii = (character: string): boolean => character.charCodeAt(0) < 0x80

function eitherWay(character: string): Expression {
  const units = Array.from({ length: character.length }, (_, index) =>
    character.charCodeAt(index).toString(16).padStart(4, '0'),
  )
  return choice([
    literal(character),
    sequence(units.flatMap((unit) => [literal('\\u'), literalAnyCase(unit)])),
  ])
}

/**
 * The expression for a text, rewritten for the text inside quotation marks: characters that JSON must escape are
 * escaped (shortly or as \\u), all others stand for themselves.
 */
export function insideString(expression: Expression): Expression {
  const known = rewritten.get(expression)
  if (known !== undefined) return known
  const made = rewrite(expression)
  rewritten.set(expression, made)
  return made
}

const rewritten = new WeakMap<Expression, Expression>()

function rewrite(expression: Expression): Expression {
  switch (expression.kind) {
    case 'characters':
      return escapeSet(expression.set)
    case 'literal':
      return isPlain(expression.text)
        ? expression
        : sequence(Array.from(expression.text, (character) => escapeSet(charactersOf(character))))
    case 'sequence':
      return sequence(expression.items.map(insideString))
    case 'choice':
      return choice(expression.options.map(insideString))
    case 'repeat':
      return repeat(insideString(expression.item), expression.minimum, expression.maximum)
    case 'shared':
      return shared(insideString(expression.item))
    case 'graph': {
      const { graph } = expression
      const edges = graph.edges.map((edge) => ({ ...edge, label: insideString(edge.label) }))
      return { kind: 'graph', graph: { ...graph, edges } }
    }
    case 'unordered':
    case 'counted':
    case 'token':
    case 'rule':
      throw new TypeError('Texts inside a string call no rules')
  }
}

/** Whether a text stands for itself inside quotation marks. */
export function isPlain(text: string): boolean {
  return JSON.stringify(text).length === text.length + 2
}

/** One character of a set, inside quotation marks. */
export function escapeSet(set: CharSet): Expression {
  const escapes = escapesOf(set)
  return choice([characters(escapes.length > 0 ? set.intersect(plain) : set), ...escapes])
}

/** The ways to write those characters of a set that must be escaped: none or one. */
export function escapesOf(set: CharSet): Expression[] {
  // Most sets hold none.
  if ((set.ranges[0]?.min ?? Infinity) > 0x5c) return []
  const short = shortEscapes.filter(([point]) => set.has(point)).map(([, letter]) => letter)
  const [low, high] = [lowDigits(set, 0), lowDigits(set, 0x10)]
  if (short.length === 0 && low === '' && high === '') return []
  const key = `${short.join('')} ${low} ${high}`
  const known = escapes.get(key)
  if (known !== undefined) return [known]
  const coded = [low, high].flatMap((digits, first) =>
    digits === '' ? [] : [sequence([literal(`u00${first}`), characters(charactersOf(digits))])],
  )
  const letters = short.length === 0 ? [] : [characters(charactersOf(short.join('')))]
  const made = sequence([literal('\\'), shared(choice([...letters, ...coded]))])
  if (escapes.size < maximumEscapes) escapes.set(key, made)
  return [made]
}

const escapes = new Map<string, Expression>()
const maximumEscapes = 1_000

/** The last hexadecimal digits of those characters of a set that begin so. */
function lowDigits(set: CharSet, first: number): string {
  if ((set.ranges[0]?.min ?? Infinity) > 0x1f) return ''
  return [...'0123456789abcdef']
    .filter((_, digit) => set.has(first + digit))
    .map((digit) => digit + digit.toUpperCase())
    .join('')
}
