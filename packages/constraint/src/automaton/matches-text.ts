import { buildNetwork } from '../grammar/build-network.ts'
import type { Expression } from '../grammar/expression.ts'
import { Automaton, deadState } from './automaton.ts'

const known = new WeakMap<Expression, Automaton>()

/** The automaton of an expression that calls no rules, made once. */
export function automatonOf(expression: Expression): Automaton {
  const made = known.get(expression)
  if (made !== undefined) return made
  const automaton = Automaton.of(buildNetwork({ start: 'text', rules: new Map([['text', expression]]) }))
  known.set(expression, automaton)
  return automaton
}

/** States that the automaton of an expression has come to have, if it was made. */
export function statesOf(expression: Expression): number {
  return known.get(expression)?.stateCount ?? 0
}

/** Whether a text matches an expression that calls no rules. */
export function matchesText(expression: Expression, text: string): boolean {
  const automaton = automatonOf(expression)
  let state = automaton.start
  for (const character of text) {
    automaton.beginStep()
    state = automaton.stepCharacter(state, character.codePointAt(0) as number)
    if (state === deadState) return false
  }
  return automaton.canEnd(state)
}
