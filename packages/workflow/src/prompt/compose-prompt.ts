import { blendMixes, canBlend, type BlendPart } from './blend-mixes.ts'
import { emphasise } from './emphasise.ts'
import { asMix, mostTerms, type PromptMix } from './prompt-mix.ts'
import { scheduleText } from './schedule-text.ts'
import { splitAnd, type WeightedPrompt } from './split-and.ts'
import { mapTimed } from './timed.ts'
import { toMix } from './weighted-terms.ts'

export interface ComposedPrompt {
  mix: PromptMix
  /** What looks as if it was meant otherwise; the mix is usable all the same. */
  warnings: string[]
}

export interface ComposeOptions {
  /** What `AND` measures its parts against, e.g. “Tell me a story.”; empty: the empty prompt. */
  neutral?: string | undefined
}

const strongest = 3
/** What is left of 0 after subtracting weights. */
const nearZero = 1e-9

/**
 * A prompt in AUTOMATIC1111's syntax as a mix: schedule → emphasis → AND. Never throws; bad syntax is literal text,
 * told in `warnings`. A prompt without syntax is one term.
 */
export function composePrompt(prompt: string, options: ComposeOptions = {}): ComposedPrompt {
  const warnings: string[] = []
  const parts = splitAnd(prompt).map((part) => ({
    mix: composePart(part.text, warnings),
    weight: weightOf(part, warnings),
  }))
  const literally = (problem: string): ComposedPrompt => ({
    mix: asMix(prompt),
    warnings: [`This prompt ${problem}: it is taken as text.`],
  })
  if (!canBlend(parts)) return literally('changes too often')
  const mix = joinParts(parts, options.neutral ?? '', warnings)
  if (mix.terms.length > mostTerms)
    return literally(`would need ${mix.terms.length} sequences, more than ${mostTerms}`)
  return { mix, warnings: [...new Set(warnings)] }
}

function composePart(text: string, warnings: string[]): PromptMix {
  const schedule = scheduleText(text)
  warnings.push(...schedule.warnings)
  const emphasised = mapTimed(schedule.texts, (at) => {
    const result = emphasise(at)
    warnings.push(...result.warnings)
    return result.terms
  })
  return toMix(emphasised)
}

/** u + Σ w (part − u): each part counts by what it adds to a neutral prompt. */
function joinParts(parts: BlendPart[], neutral: string, warnings: string[]): PromptMix {
  const [only] = parts
  if (only === undefined) return asMix('')
  const rest = parts.reduce((sum, part) => sum - part.weight, 1)
  if (Math.abs(rest) < nearZero) return parts.length === 1 ? only.mix : blendMixes(parts)
  if (neutral === '') {
    warnings.push(
      'AND measures its parts against a neutral prompt: give one in the same form, like “Tell me a story.”',
    )
  }
  return blendMixes([...parts, { mix: asMix(neutral), weight: rest }])
}

function weightOf({ text, weight }: WeightedPrompt, warnings: string[]): number {
  const limited = Math.min(strongest, Math.max(-strongest, weight))
  if (limited !== weight) {
    warnings.push(
      `“${text}” has the weight ${weight} in AND: ${limited} is used; beyond ±${strongest} text degrades.`,
    )
  }
  return limited
}
