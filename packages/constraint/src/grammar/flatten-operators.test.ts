import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileLanguage } from '../language.ts'
import { recognises } from '../testing/naive-recogniser.ts'
import { runs } from '../testing/property-runs.ts'
import { randomGrammar, randomText } from '../testing/random-grammar.ts'
import { choice, literal, repeat, rule, sequence, type Expression, type Grammar } from './expression.ts'
import { flattenOperators } from './flatten-operators.ts'

const e = rule('e')
const part = fc.constantFrom<Expression>(
  literal('x'),
  literal('y'),
  literal(''),
  choice([literal('x'), literal('z')]),
  rule('f'),
)
const alternative: fc.Arbitrary<Expression> = fc.oneof(
  part,
  part.map((op) => sequence([e, op, e])),
  part.map((op) => sequence([op, e])),
  part.map((op) => sequence([e, op])),
  part.map((op) => sequence([e, op, e, op, e])),
  fc
    .tuple(part, fc.constantFrom(0, 1, 2))
    .map(([op, least]) => sequence([e, repeat(sequence([op, e]), least, Infinity)])),
  part.map((op) => sequence([repeat(sequence([e, op]), 0, 1), e])),
  fc.constantFrom<Expression>(e, sequence([e, e]), rule('f'), sequence([literal('x'), e, literal('y')])),
)
const operators: fc.Arbitrary<Grammar> = fc
  .tuple(
    fc.array(alternative, { minLength: 1, maxLength: 4 }),
    fc.array(alternative, { minLength: 1, maxLength: 2 }),
  )
  .map(([first, second]) => ({
    start: 'e',
    rules: new Map([
      ['e', choice(first)],
      ['f', choice([...second, literal('z')])],
    ]),
  }))

test('rules of operators match the same texts, whatever is before, between and after', () => {
  fc.assert(
    fc.property(fc.oneof(operators, randomGrammar), randomText, (grammar, text) => {
      expect(recognises(flattenOperators(grammar), text)).toBe(recognises(grammar, text))
    }),
    runs(400),
  )
})

test.each([
  ['two operators', 'root ::= e\ne ::= [0-9]+ | e ("+" | "-") e', '1+2-'],
  ['a sign before and a mark after', 'root ::= e\ne ::= "1" | "-" e | e "!" | e "+" e', '-1!+'],
  [
    'rules of their own for each operator',
    'root ::= e\ne ::= add | mul | "1"\nadd ::= e "+" e\nmul ::= e "*" e',
    '1+1*',
  ],
  ['a choice in three parts', 'root ::= e\ne ::= "1" | e "?" e ":" e', '1?1:'],
  ['nothing between', 'root ::= e\ne ::= "1" | "a" | e e', '1a'],
  ['one that repeats itself', 'root ::= e\ne ::= "1" | e ("+" e)*', '1+'],
  ['brackets', 'root ::= e\ne ::= "1" | "(" e ")" | e "+" e', '(1+1)+'],
])('ambiguous grammars stay linear up to 2,000 characters: %s', (_, text, part) => {
  const { matches } = compileLanguage({ kind: 'gbnf', text })
  const long = part.repeat(Math.ceil(2_000 / part.length)) + '1'
  expect(matches(long)).toBe(true)
  expect(matches(`${long})`)).toBe(false)
})
