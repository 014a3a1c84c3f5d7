import type { Expression } from '../grammar/expression.ts'
import { Automaton, deadState } from './automaton.ts'

/** Whether a text matches an expression that calls no rules. */
export function matchesText(expression: Expression, text: string): boolean {
  const automaton = new Automaton({ start: 'text', rules: new Map([['text', expression]]) })
  let state = automaton.start
  for (const character of text) {
    automaton.beginStep()
    state = automaton.stepCharacter(state, character.codePointAt(0) as number)
    if (state === deadState) return false
  }
  return automaton.canEnd(state)
}
