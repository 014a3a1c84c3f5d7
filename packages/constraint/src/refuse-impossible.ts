import type { PreparedNetwork } from './automaton/automaton.ts'
import { ConstraintError } from './errors/constraint-error.ts'

/** @throws {ConstraintError} `unsatisfiable`, naming a rule that matches no text */
export function refuseImpossible(prepared: PreparedNetwork): void {
  const rule = unsatisfiableRule(prepared)
  if (rule === undefined) return
  throw new ConstraintError('unsatisfiable', `No text can meet the constraint: "${rule}" matches nothing`, {
    hint: 'Every rule needs an alternative that ends, with characters that the model can write.',
  })
}

/** The first rule called from the start that can match no text, if the whole can match none. */
export function unsatisfiableRule({
  network: { ruleNames },
  facts: { aliveRule },
}: PreparedNetwork): string | undefined {
  if (aliveRule[0] === 1) return undefined
  const dead = ruleNames.findLast((_, rule) => aliveRule[rule] === 0)
  return dead ?? ruleNames[0]
}
