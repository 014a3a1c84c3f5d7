import type { CharSet } from 'refa'
import { charactersBetween, charactersOf, everyCharacter, surrogates } from '../grammar/characters.ts'
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
import { escaped, escapesOf, isOnceSpelled } from './escaped-characters.ts'

const controls = charactersBetween(0, 0x1f)
/** Characters that stand for themselves inside a JSON string. */
export const plain: CharSet = everyCharacter.without(controls).without(charactersOf('"\\'))
/** One character of a JSON string, plain or escaped in any way; a pair of surrogates is one. */
export const stringCharacter: Expression = choice([
  characters(plain),
  escaped(everyCharacter.without(surrogates)),
])

/** A text as JSON; characters beyond ASCII as they are or escaped, as some models and Python write them. */
export function jsonText(text: string): Expression {
  const written = JSON.stringify(text)
  if (/^[ -~]*$/.test(written)) return literal(written)
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
 * escaped (shortly or as \\u), those beyond ASCII and slashes may be, all others stand for themselves.
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
      return isOnceSpelled(expression.text)
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
    case 'remembered':
    case 'differs':
    case 'token':
    case 'rule':
      throw new TypeError('Texts inside a string call no rules')
  }
}

/** One character of a set, inside quotation marks. */
export function escapeSet(set: CharSet): Expression {
  const escapes = escapesOf(set)
  return choice([characters(escapes.length > 0 ? set.intersect(plain) : set), ...escapes])
}
