import type { CharSet } from 'refa'
import { charactersBetween, charactersOf, everyCharacter } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  literalAnyCase,
  repeat,
  sequence,
  type Expression,
} from '../grammar/expression.ts'

const controls = charactersBetween(0, 0x1f)
/** Characters that stand for themselves inside a JSON string. */
const plain = everyCharacter.without(controls).without(charactersOf('"\\'))
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

/** One character of a JSON string, plain or escaped in any way; a pair of surrogates is one. */
export const stringCharacter: Expression = choice([
  characters(plain),
  sequence([literal('\\'), characters(charactersOf('"\\/bfnrt'))]),
  sequence([
    literal('\\u'),
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
  switch (expression.kind) {
    case 'characters':
      return escapeSet(expression.set)
    case 'literal':
      return sequence(Array.from(expression.text, (character) => escapeSet(charactersOf(character))))
    case 'sequence':
      return sequence(expression.items.map(insideString))
    case 'choice':
      return choice(expression.options.map(insideString))
    case 'repeat':
      return repeat(insideString(expression.item), expression.minimum, expression.maximum)
    case 'graph': {
      const { graph } = expression
      const edges = graph.edges.map((edge) => ({ ...edge, label: insideString(edge.label) }))
      return { kind: 'graph', graph: { ...graph, edges } }
    }
    case 'unordered':
    case 'rule':
      throw new TypeError('Texts inside a string call no rules')
  }
}

/** One character of a set, inside quotation marks. */
export function escapeSet(set: CharSet): Expression {
  const short = shortEscapes.filter(([point]) => set.has(point)).map(([, letter]) => letter)
  const low = (high: number) =>
    charactersOf(
      [...'0123456789abcdef']
        .filter((_, digit) => set.has(high * 16 + digit))
        .map((digit) => digit + digit.toUpperCase())
        .join(''),
    )
  return choice([
    characters(set.intersect(plain)),
    ...(short.length === 0 ? [] : [sequence([literal('\\'), characters(charactersOf(short.join('')))])]),
    ...[0, 1]
      .filter((high) => !low(high).isEmpty)
      .map((high) => sequence([literal(`\\u00${high}`), characters(low(high))])),
  ])
}
