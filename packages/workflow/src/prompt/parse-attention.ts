/** A piece of a prompt and how much it should count; `isBreak` where it stands for `BREAK` itself. */
export interface AttentionChunk {
  text: string
  weight: number
  isBreak: boolean
}

export interface ParsedAttention {
  chunks: AttentionChunk[]
  warnings: string[]
}

const roundFactor = 1.1
const squareFactor = 1 / 1.1

/** The tokens of AUTOMATIC1111's prompt parser: escapes, brackets, `:1.5)` as one, everything else as text. */
const token = /\\[()[\]\\]|\\|\(|\[|:\s*(?<weight>[+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/gu
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)$/
/** `\b` of JavaScript knows ASCII only; a BREAK inside 日BREAK is no word of its own. */
const breakWord = /\s*(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])\s*/u

/**
 * Reads `(a)`, `[a]`, `(a:1.5)`, escapes and `BREAK` as AUTOMATIC1111's `parse_prompt_attention` does. Never throws:
 * what is no syntax is text, and what looks as if it was meant as syntax is told in `warnings`.
 */
export function parseAttention(text: string): ParsedAttention {
  const chunks: AttentionChunk[] = []
  const warnings: string[] = []
  const round: number[] = []
  const square: number[] = []
  const multiply = (from: number, factor: number): void => {
    for (const chunk of chunks.slice(from)) chunk.weight *= factor
  }
  const close = (opener: number | undefined, factor: number, closer: string): void => {
    if (opener === undefined) addText(chunks, closer)
    else multiply(opener, factor)
  }
  for (const match of text.matchAll(token)) {
    const found = match[0]
    const weight = match.groups?.['weight']
    if (found.startsWith('\\')) chunks.push(piece(found.slice(1)))
    else if (found === '(') round.push(chunks.length)
    else if (found === '[') square.push(chunks.length)
    else if (weight !== undefined && round.length > 0 && decimal.test(weight)) {
      multiply(round.pop() ?? 0, Number(weight))
    } else if (weight !== undefined && round.length > 0) {
      warnings.push(`“${found}” is no weight, because ${weight} is no number: taken as text.`)
      addText(chunks, found.slice(0, -1))
      multiply(round.pop() ?? 0, roundFactor)
    } else if (found === ')') close(round.pop(), roundFactor, found)
    else if (found === ']') close(square.pop(), squareFactor, found)
    else addText(chunks, found)
  }
  if (round.length > 0) warnings.push(unclosed('(', round.length))
  if (square.length > 0) warnings.push(unclosed('[', square.length))
  for (const opener of round) multiply(opener, roundFactor)
  for (const opener of square) multiply(opener, squareFactor)
  return { chunks: chunks.length === 0 ? [piece('')] : mergeEqual(chunks), warnings }
}

function piece(text: string): AttentionChunk {
  return { text, weight: 1, isBreak: false }
}

function addText(chunks: AttentionChunk[], text: string): void {
  text.split(breakWord).forEach((part, index) => {
    if (index > 0) chunks.push({ text: 'BREAK', weight: -1, isBreak: true })
    chunks.push(piece(part))
  })
}

function mergeEqual(chunks: readonly AttentionChunk[]): AttentionChunk[] {
  const merged: AttentionChunk[] = []
  for (const chunk of chunks) {
    const last = merged.at(-1)
    if (last?.weight === chunk.weight && last.isBreak === chunk.isBreak) last.text += chunk.text
    else merged.push({ ...chunk })
  }
  return merged
}

function unclosed(bracket: string, count: number): string {
  const subject =
    count === 1
      ? `A “${bracket}” is never closed: it applies`
      : `${count} “${bracket}” are never closed: they apply`
  return `${subject} to the end of the prompt. Write \\${bracket} for the character.`
}
