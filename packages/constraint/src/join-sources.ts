import { ConstraintError } from './errors/constraint-error.ts'
import { charactersOf } from './grammar/characters.ts'
import { characters, literal, repeat, sequence, type Expression } from './grammar/expression.ts'
import { freeText } from './grammar/free-text.ts'
import { embedGrammar } from './grammar/map-expression.ts'
import type { SchemaNote } from './json-schema/ignored-keywords.ts'
import type { ConstraintSource, ParsedSource } from './source.ts'

/** Longest text that a constraint is begun or ended by. */
const longestMark = 200
const mostTurns = 32
/** Models write a line or two between what they think and what they answer. */
const space = repeat(characters(charactersOf(' \t\r\n')), 0, 4)

type After = Extract<ConstraintSource, { kind: 'after' }>
type Turns = Extract<ConstraintSource, { kind: 'turns' }>
type Parse = (source: ConstraintSource) => ParsedSource

/** Free text up to a text, then what must match. Begun by a token or a tag, the text before it is not seen here. */
export function joinAfter({ after, constraint }: After, parse: Parse): ParsedSource {
  const { grammar, ...parsed } = parse(constraint)
  const rules = new Map<string, Expression>()
  const inner = embedGrammar(grammar, 'then', rules)
  const text = 'text' in after ? after.text : ''
  if ('text' in after) checkMark(text, 'after')
  const whole =
    'text' in after
      ? freeText({ until: [{ text, next: sequence([space, inner]), again: false }], mayEnd: false })
      : sequence([space, inner])
  rules.set('text', whole)
  return { ...parsed, grammar: { ...grammar, start: 'text', rules } }
}

/** Free text with turns in it: what follows the opening text of one must match, up to its closing text. */
export function joinTurns({ turns, required }: Turns, parse: Parse): ParsedSource {
  if (turns.length === 0 || turns.length > mostTurns)
    throw new ConstraintError(
      'invalid-grammar',
      `There are ${turns.length} turns; 1 to ${mostTurns} are possible`,
    )
  const rules = new Map<string, Expression>()
  const notes: SchemaNote[] = []
  let namesTokens = false
  const until = turns.map(({ opens, constraint, closes }, index) => {
    checkMark(opens, 'opens')
    const { grammar, notes: found = [] } = parse(constraint)
    notes.push(...found)
    namesTokens ||= grammar.namesTokens === true
    return {
      text: opens,
      next: sequence([embedGrammar(grammar, `turn ${index + 1}`, rules), literal(closes)]),
      again: true,
    }
  })
  const free = freeText({ until, mayEnd: true })
  const first = freeText({ until: until.map((turn) => ({ ...turn, again: false })), mayEnd: false })
  rules.set('text', required === true ? sequence([first, free]) : free)
  return { grammar: { start: 'text', rules, namesTokens }, stopAtFirstMatch: false, notes }
}

function checkMark(text: string, name: string): void {
  const { length } = Array.from(text)
  if (length > 0 && length <= longestMark) return
  const problem = length === 0 ? 'is empty' : `has ${length} characters; ${longestMark} are the most`
  throw new ConstraintError(
    'invalid-grammar',
    `The text that a constraint begins after ("${name}") ${problem}`,
  )
}
