import type { Warning } from '../issues/warnings.ts'
import { blendMixes, canBlend, type BlendPart } from './blend-mixes.ts'
import { emphasise, mostParts } from './emphasise.ts'
import { asMix, mostTerms, type PromptMix } from './prompt-mix.ts'
import { scheduleText } from './schedule-text.ts'
import { splitAnd } from './split-and.ts'
import { mapTimed } from './timed.ts'
import { usualTokens } from './usual-tokens.ts'
import { nearZero, within } from './warn-of-and.ts'
import { warnOfPrompt } from './warn-of-prompt.ts'
import { toMix } from './weighted-terms.ts'

export interface ComposedPrompt {
  mix: PromptMix
  /** What looks as if it was meant otherwise, with its place in the prompt; the mix is usable all the same. */
  warnings: Warning[]
}

export interface ComposeOptions {
  /** What `AND` measures its parts against, e.g. “Tell me a story.”; empty: the empty prompt. */
  neutral?: string | undefined
  /** The most tokens that are written in answer: later switches never come. Infinite where it is not known. */
  mostTokens?: number | undefined
}

/** From this many on, what they cost is told: a prompt or two more are what weights are known to cost. */
const manySequences = 5

/**
 * A prompt in AUTOMATIC1111's syntax as a mix: schedule → emphasis → AND. Never throws; bad syntax is literal text,
 * told in `warnings`. A prompt without syntax is one term.
 */
export function composePrompt(
  prompt: string,
  { neutral = '', mostTokens = usualTokens }: ComposeOptions = {},
): ComposedPrompt {
  const warnings = warnOfPrompt(prompt, { neutral, mostTokens })
  const parts = splitAnd(prompt).map(({ text, weight }) => ({
    mix: composePart(text, warnings),
    weight: within(weight),
  }))
  if (!canBlend(parts)) return literally(prompt, 'changes too often')
  const mix = joinParts(parts, neutral)
  const sequences = mix.terms.length
  if (sequences > mostTerms)
    return literally(prompt, `would need ${sequences} sequences, more than ${mostTerms}`, { sequences })
  if (sequences >= manySequences) warnings.push(priceOf(sequences))
  return { mix, warnings }
}

function literally(prompt: string, problem: string, numbers: Record<string, number> = {}): ComposedPrompt {
  const message = `This prompt ${problem}: it is taken as text.`
  return { mix: asMix(prompt), warnings: [{ code: 'prompt-is-text', message, numbers }] }
}

function priceOf(sequences: number): Warning {
  return {
    code: 'many-sequences',
    message: `${sequences} sequences are decoded for each answer: it costs about ${sequences} times as much.`,
    hint: 'Each weighted part, each AND and each text of a schedule is one more.',
    numbers: { sequences },
  }
}

function composePart(text: string, warnings: Warning[]): PromptMix {
  const schedule = scheduleText(text)
  if (schedule.tooOften)
    warnings.push({
      code: 'schedules-are-text',
      message: 'The schedules in this prompt change too often: they are taken as text.',
    })
  let most = 0
  const emphasised = mapTimed(schedule.texts, (at) => {
    const { terms, emphasised: count } = emphasise(at)
    most = Math.max(most, count)
    return terms
  })
  if (most > mostParts)
    warnings.push({
      code: 'many-emphases',
      message: `There are ${most} emphasised parts; the first ${mostParts} count, the others are plain.`,
      numbers: { parts: most, used: mostParts },
    })
  return toMix(emphasised)
}

/** u + Σ w (part − u): each part counts by what it adds to a neutral prompt. */
function joinParts(parts: BlendPart[], neutral: string): PromptMix {
  const [only] = parts
  if (only === undefined) return asMix('')
  const rest = parts.reduce((sum, part) => sum - part.weight, 1)
  if (Math.abs(rest) < nearZero) return parts.length === 1 ? only.mix : blendMixes(parts)
  return blendMixes([...parts, { mix: asMix(neutral), weight: rest }])
}
