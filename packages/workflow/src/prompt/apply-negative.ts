import type { ChatMessage } from '../links/recipe.ts'
import { blendMixes } from './blend-mixes.ts'
import type { MixTerm, PromptMix } from './prompt-mix.ts'

export interface GuidedPrompt {
  mix: PromptMix
  /** What may not work as meant, in sentences. */
  warnings: string[]
}

/** The place of the negative in its frame. */
const gap = /\{\{\s*negative\s*\}\}/g

/**
 * Steers away from a prompt: g · mix + (1 − g) · negative. The negative is read where the main prompt is read (the
 * same system prompt and earlier turns, the same model), put into `frame` where one is given: a bare word is weak, the
 * same sentence about another thing is not. An empty negative changes nothing.
 */
export function applyNegative(
  mix: PromptMix,
  negative: string | PromptMix,
  guidance: number,
  frame = '',
): GuidedPrompt {
  const main = mix.terms[0]
  if (negative === '' || guidance === 1 || main === undefined) return { mix, warnings: [] }
  const against = typeof negative === 'string' ? inPlaceOf(main, fill(frame, negative)) : negative
  return {
    mix: blendMixes([
      { mix, weight: guidance },
      { mix: against, weight: 1 - guidance },
    ]),
    warnings: typeof negative === 'string' ? hintsFor(main, negative, guidance, frame) : [],
  }
}

function fill(frame: string, negative: string): string {
  return frame === '' ? negative : frame.replace(gap, () => negative)
}

function inPlaceOf(main: MixTerm, text: string): PromptMix {
  const prompt = typeof main.prompt === 'string' ? text : withLastTurn(main.prompt, text)
  return { terms: [{ ...main, prompt }], coefficients: [{ cycle: [[1]] }] }
}

/** The conversation with what its user said last replaced. */
function withLastTurn(messages: readonly ChatMessage[], content: string): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  if (last < 0) return [...messages, { role: 'user', content }]
  return messages.map((message, index) => (index === last ? { ...message, content } : message))
}

function hintsFor(main: MixTerm, negative: string, guidance: number, frame: string): string[] {
  const hints: string[] = []
  const isBare = (text: string): boolean => text.trim().split(/\s+/).length <= 2
  if (frame === '' && isBare(negative) && !(typeof main.prompt === 'string' && isBare(main.prompt))) {
    hints.push(
      `“${negative.trim()}” alone is a weak negative: give a frame like “Tell me a story about {{negative}}”, in the form of the prompt.`,
    )
  }
  if (frame !== '' && frame.search(gap) < 0)
    hints.push('The frame has no {{negative}}: it is used as it stands.')
  if (guidance > 3) hints.push('Above a guidance of 3 text degrades; 1.5 is usual, 2 strong.')
  return hints
}
