import { WoolgatherError } from '../issues/issues.ts'
import { mostPieces, type PromptMix } from './prompt-mix.ts'
import { allTimed, changesOf, countMoments, mapTimed } from './timed.ts'
import { scale, toMix, weightedTerms } from './weighted-terms.ts'

export interface BlendPart {
  mix: PromptMix
  weight: number
}

/** Whether the schedules of these mixes, taken together, still change seldom enough to be written down. */
export function canBlend(parts: readonly BlendPart[]): boolean {
  return countMoments(changesOf(parts.map(({ mix }) => mix.coefficients))) <= mostPieces
}

/**
 * Several mixes as one, each times its weight. The weights must sum to 1, and so do then the coefficients.
 * @throws WoolgatherError invalid-input where their schedules together change too often
 */
export function blendMixes(parts: readonly BlendPart[]): PromptMix {
  if (!canBlend(parts)) {
    throw new WoolgatherError(
      'invalid-input',
      `The schedules of these prompts together change more than ${mostPieces} times.`,
      { hint: 'Use fewer different switches, or alternations of equal length.' },
    )
  }
  const together = allTimed(parts.map(({ mix }) => weightedTerms(mix)))
  return toMix(
    mapTimed(together, (all) => all.flatMap((terms, index) => scale(terms, parts[index]?.weight ?? 0))),
  )
}
