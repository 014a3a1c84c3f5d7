import fc from 'fast-check'
import { charactersOf } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  repeat,
  rule,
  sequence,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'

const names = ['root', 'a', 'b']

const expression = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'grammar' },
    fc.constantFrom('x', 'y', 'xy', '', 'é').map((text) => literal(text)),
    fc.constantFrom('xy', 'yz', 'zé').map((text) => characters(charactersOf(text))),
    fc.constantFrom(...names).map((name) => rule(name)),
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((items) => sequence(items)),
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((options) => choice(options)),
    fc
      .tuple(tie('expression'), fc.constantFrom([0, 1], [0, Infinity], [1, Infinity], [2, 2], [1, 3]))
      .map(([item, [minimum, maximum]]) => repeat(item, minimum!, maximum!)),
  ),
})).expression

/** Grammars of three rules that call one another freely: left-recursive, ambiguous, empty, endless. */
export const randomGrammar: fc.Arbitrary<Grammar> = fc
  .tuple(expression, expression, expression)
  .map((bodies) => ({ start: 'root', rules: new Map(names.map((name, index) => [name, bodies[index]!])) }))

export const randomText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('x', 'y', 'z', 'é'), { maxLength: 6 })
  .map((list) => list.join(''))
