import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConstraintError } from '../errors/constraint-error.ts'
import { literal, repeat, rule, sequence, type Grammar } from '../grammar/expression.ts'
import { recognises } from '../testing/naive-recogniser.ts'
import { runs } from '../testing/property-runs.ts'
import { randomGrammar, randomText } from '../testing/random-grammar.ts'
import { buildNetwork } from '../grammar/build-network.ts'
import { allAtOnce } from '../grammar/steps.ts'
import { unsatisfiableRule } from '../refuse-impossible.ts'
import { Automaton, deadState, prepareNetwork } from './automaton.ts'

function reach(automaton: Automaton, text: string): number {
  let state = automaton.start
  for (const character of text) {
    automaton.beginStep()
    if (state !== deadState) state = automaton.stepCharacter(state, character.codePointAt(0)!)
  }
  return state
}

test('random grammars derive exactly the texts that the definition says, left recursion and ambiguity included', () => {
  fc.assert(
    fc.property(randomGrammar, fc.array(randomText, { minLength: 5, maxLength: 5 }), (grammar, texts) => {
      const automaton = Automaton.of(buildNetwork(grammar))
      const found = texts.filter((text) => automaton.canEnd(reach(automaton, text)))
      expect(found).toEqual(texts.filter((text) => recognises(grammar, text)))
    }),
    runs(250),
  )
})

test('every state that is not dead can still become a match', () => {
  fc.assert(
    fc.property(randomGrammar, randomText, (grammar, text) => {
      const prepared = allAtOnce(prepareNetwork(buildNetwork(grammar)))
      const automaton = new Automaton(prepared)
      if (unsatisfiableRule(prepared) !== undefined) return
      const open = [reach(automaton, text)].filter((state) => state !== deadState)
      const seen = new Set(open)
      for (let state = open.pop(); state !== undefined && seen.size < 2_000; state = open.pop()) {
        if (automaton.canEnd(state)) return
        expect(automaton.isFinal(state)).toBe(false)
        for (const next of automaton.row(state)) {
          if (next === deadState || seen.has(next)) continue
          seen.add(next)
          open.push(next)
        }
      }
      expect(seen.size === 0 || seen.size >= 2_000).toBe(true)
    }),
    runs(100),
  )
})

test('bytes and characters reach the same states', () => {
  fc.assert(
    fc.property(randomGrammar, randomText, (grammar, text) => {
      const automaton = Automaton.of(buildNetwork(grammar))
      let state = automaton.start
      for (const byte of new TextEncoder().encode(text)) {
        if (state !== deadState) state = automaton.stepByte(state, byte)
      }
      expect(state).toBe(reach(automaton, text))
    }),
    runs(100),
  )
})

test.each([
  [0, 5_000],
  [1_000, 100_000],
  [3, 3],
  [4_097, 4_097],
  [5_000, Infinity],
  [0, 4_999],
])('x{%d,%d} counts right, unrolled or by rules', (minimum, maximum) => {
  const grammar: Grammar = { start: 's', rules: new Map([['s', repeat(literal('xy'), minimum, maximum)]]) }
  const automaton = Automaton.of(buildNetwork(grammar))
  const ends = (count: number) => automaton.canEnd(reach(automaton, 'xy'.repeat(count)))
  const counts = [
    minimum - 1,
    minimum,
    minimum + 1,
    Math.min(maximum, 6_000),
    Math.min(maximum, 6_000) + 1,
  ].filter((count) => count >= 0)
  expect(counts.map(ends)).toEqual(counts.map((count) => count >= minimum && count <= maximum))
})

test('right recursion does not deepen the stack', () => {
  const list: Grammar = {
    start: 's',
    rules: new Map([['s', { kind: 'choice', options: [literal('x'), sequence([literal('x'), rule('s')])] }]]),
  }
  const automaton = Automaton.of(buildNetwork(list))
  reach(automaton, 'x'.repeat(1_000))
  expect(automaton.stateCount).toBeLessThan(6)
})

test('left recursion does not deepen the stack', () => {
  const sum: Grammar = {
    start: 's',
    rules: new Map([
      ['s', { kind: 'choice', options: [literal('x'), sequence([rule('s'), literal('+x')])] }],
    ]),
  }
  const automaton = Automaton.of(buildNetwork(sum))
  reach(automaton, `x${'+x'.repeat(1_000)}`)
  expect(automaton.stateCount).toBeLessThan(8)
})

test('a rule that can never end is named', () => {
  const endless: Grammar = {
    start: 's',
    rules: new Map([
      ['s', rule('loop')],
      ['loop', sequence([literal('x'), rule('loop')])],
    ]),
  }
  expect(unsatisfiableRule(allAtOnce(prepareNetwork(buildNetwork(endless))))).toBe('loop')
})

test('a step that costs more than its budget fails as too ambiguous', () => {
  const twice = rule('s')
  const rules = new Map([['s', sequence([literal('x'), repeat(sequence([twice, twice, twice]), 0, 1)])]])
  const automaton = Automaton.of(buildNetwork({ start: 's', rules }), { workLimit: 500 })
  const walk = () => reach(automaton, 'x'.repeat(400))
  expect(walk).toThrow(ConstraintError)
  expect(walk).toThrow(/so many ways/)
})
