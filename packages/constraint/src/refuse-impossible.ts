import type { Automaton } from './automaton/automaton.ts'
import { ConstraintError } from './errors/constraint-error.ts'

/** @throws {ConstraintError} `unsatisfiable`, naming a rule that matches no text */
export function refuseImpossible(automaton: Automaton): void {
  const rule = automaton.unsatisfiableRule
  if (rule === undefined) return
  throw new ConstraintError('unsatisfiable', `No text can meet the constraint: "${rule}" matches nothing`, {
    hint: 'Every rule needs an alternative that ends, with characters that the model can write.',
  })
}
