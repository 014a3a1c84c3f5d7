import type { GenerateResult, GenerationConstraint, StopReason } from '../contract/interface.ts'

/**
 * How a text ended, and whether it meets its constraint. One that ran out of tokens may be a match that could go on.
 * @param hurried whether tokens were chosen again so that it ended in time
 */
export function describeEnd(
  ended: StopReason,
  constraint: GenerationConstraint | undefined,
  hurried: boolean,
): Pick<GenerateResult, 'stopReason' | 'incomplete'> {
  if (constraint === undefined) return { stopReason: ended }
  const ranOut = ended === 'length' || ended === 'context'
  const canEnd = 'canEnd' in constraint && constraint.canEnd === true
  const isMet = ended === 'complete' || ended === 'end' || (ranOut && canEnd)
  return { stopReason: isMet && hurried ? 'finished' : ended, incomplete: !isMet }
}
