import { readAttention, type AttentionChunk } from './parse-attention.ts'
import type { WeightedTerm } from './weighted-terms.ts'

/** Each emphasised part is one more sequence to decode. */
export const mostParts = 16
export const lowest = -1
export const highest = 3
/** Weights this near to 1 are 1: `([a])` multiplies by 1.1 and divides by it again. */
const nearOne = 1e-9
/** What `BREAK` becomes in a text: a new paragraph. */
const paragraph = '\n\n'

/**
 * Emphasis as a mix: w · full + (1 − w) · without, where *without* is the prompt with the part deleted, for each part
 * whose weight is not 1; of too many the first count. A prompt without emphasis is itself, one term.
 */
export function emphasise(text: string): { terms: WeightedTerm[]; emphasised: number } {
  const chunks = readAttention(text)
  const plain = textOf(chunks)
  const emphasised = chunks.filter((chunk) => isEmphasised(chunk))
  const parts = emphasised.slice(0, mostParts).map((chunk) => ({ chunk, weight: withinLimits(chunk.weight) }))
  const full = parts.reduce((sum, { weight }) => sum + weight - 1, 1)
  return {
    terms: [
      { term: { prompt: plain }, weight: full },
      ...parts.map(({ chunk, weight }) => ({
        term: { prompt: textOf(chunks.filter((other) => other !== chunk)) },
        weight: 1 - weight,
      })),
    ],
    emphasised: emphasised.length,
  }
}

function textOf(chunks: readonly AttentionChunk[]): string {
  return chunks.map(({ text, isBreak }) => (isBreak ? paragraph : text)).join('')
}

function isEmphasised({ text, weight, isBreak }: AttentionChunk): boolean {
  return !isBreak && text !== '' && Math.abs(weight - 1) > nearOne
}

function withinLimits(weight: number): number {
  return Math.min(highest, Math.max(lowest, weight))
}
