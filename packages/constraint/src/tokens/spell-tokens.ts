import { everyCharacter } from '../grammar/characters.ts'
import {
  characters,
  literal,
  optional,
  repeat,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'
import { createMapper } from '../grammar/map-expression.ts'
import type { TokenSet } from '../grammar/token-set.ts'

/**
 * A grammar for texts without a vocabulary. A token is written as the grammar names it, or not at all: control tokens leave
 * nothing in an answer. Of numbers the text is not known, so any will do.
 */
export function spellTokens(grammar: Grammar): Grammar {
  if (grammar.namesTokens !== true) return grammar
  const map = createMapper({ token: ({ tokens }) => spell(tokens) })
  return { ...grammar, rules: new Map([...grammar.rules].map(([name, body]) => [name, map(body)])) }
}

function spell({ text, ranges, others }: TokenSet): Expression {
  const isKnown = ranges === undefined && !others
  return isKnown ? optional(literal(text)) : repeat(characters(everyCharacter), 0, Infinity)
}
