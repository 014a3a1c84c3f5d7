export interface WeightedPrompt {
  text: string
  weight: number
}

/** A word of its own, in capitals; `\b` of JavaScript knows ASCII only. */
const and = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u
const trailingWeight = /:\s*([-+]?(?:\d+\.?|\d*\.\d+))$/

/**
 * Splits a prompt on `AND`; each part may end in `:weight`. Without an AND nothing is a weight: a prompt may end in
 * “at 5:30”. Parts without text are left out.
 */
export function splitAnd(prompt: string): WeightedPrompt[] {
  const parts = prompt.split(and)
  if (parts.length === 1) return [{ text: prompt, weight: 1 }]
  return parts.map(readPart).filter(({ text }) => text !== '')
}

function readPart(part: string): WeightedPrompt {
  const trimmed = part.trim()
  const match = trailingWeight.exec(trimmed)
  if (match === null) return { text: trimmed, weight: 1 }
  return { text: trimmed.slice(0, match.index).trim(), weight: Number(match[1]) }
}
