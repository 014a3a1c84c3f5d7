import { warnOfBrackets, type Bracket } from './warn-of-brackets.ts'
import { isNoWeight } from './no-weight.ts'
import type { Warning } from '../issues/warnings.ts'

/** A piece of a prompt and how much it should count; `isBreak` where it stands for `BREAK` itself. */
export interface AttentionChunk {
  text: string
  weight: number
  isBreak: boolean
}

export interface ParsedAttention {
  chunks: AttentionChunk[]
  warnings: Warning[]
}

/** A chunk and where it stands in the prompt; what lies between chunks is syntax. */
export interface PlacedChunk extends AttentionChunk {
  from: number
  to: number
}

const roundFactor = 1.1
const squareFactor = 1 / 1.1
/** Open brackets at a time; each closer goes through everything since its opener. */
const deepest = 100
/** Keeps weights finite, whatever is multiplied. */
const largest = 1e9

/** The tokens of AUTOMATIC1111's prompt parser: escapes, brackets, `:1.5)` as one, everything else as text. */
const token = /\\[()[\]\\]|\\|\(|\[|:\s*(?<weight>[+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/gu
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/
/** `\b` of JavaScript knows ASCII only; a BREAK inside 日BREAK is no word of its own. */
const breakWord = /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/gu

/**
 * Reads `(a)`, `[a]`, `(a:1.5)`, escapes and `BREAK` as AUTOMATIC1111's `parse_prompt_attention` does. Never throws:
 * what is no syntax is text, and what looks as if it was meant as syntax is told in `warnings`.
 */
export function parseAttention(text: string): ParsedAttention {
  const { chunks, brackets } = placeChunks(text)
  return { chunks: mergeEqual(chunks), warnings: warnOfBrackets(text, brackets) }
}

/** The chunks alone. */
export function readAttention(text: string): AttentionChunk[] {
  return mergeEqual(placeChunks(text).chunks)
}

/** The same with the place of each chunk, before equal neighbours merge, and the brackets that were read. */
export function placeChunks(text: string): { chunks: PlacedChunk[]; brackets: Bracket[] } {
  const chunks: PlacedChunk[] = []
  const brackets: Bracket[] = []
  const round: Opener[] = []
  const square: Opener[] = []
  const multiply = (from: number, factor: number): void => {
    // no copy: a hundred brackets left open go through all that follows them
    for (let i = from; i < chunks.length; i++) {
      const chunk = chunks[i] as PlacedChunk
      chunk.weight = Math.min(largest, Math.max(-largest, chunk.weight * factor))
    }
  }
  const close = (opener: Opener | undefined, factor: number, found: string, at: number): void => {
    brackets.push({ open: opener?.at, close: at + found.length - 1, weight: undefined })
    if (opener === undefined) return addText(chunks, found, at)
    if (found.length > 1) addText(chunks, found.slice(0, -1), at)
    multiply(opener.chunk, factor)
  }
  for (const match of text.matchAll(token)) {
    const found = match[0]
    const at = match.index
    const weight = match.groups?.['weight']
    if (found.startsWith('\\')) chunks.push(piece(found.slice(1), at, at + found.length))
    else if ('(['.includes(found) && round.length + square.length >= deepest) addText(chunks, found, at)
    else if (found === '(') round.push({ chunk: chunks.length, at })
    else if (found === '[') square.push({ chunk: chunks.length, at })
    else if (weight !== undefined && round.length > 0 && isWeight(weight, text, at)) {
      const opener = round.pop() as Opener
      brackets.push({ open: opener.at, close: at + found.length - 1, weight: at })
      multiply(opener.chunk, Number(weight))
    } else if (weight !== undefined || found === ')') close(round.pop(), roundFactor, found, at)
    else if (found === ']') close(square.pop(), squareFactor, found, at)
    else addText(chunks, found, at)
  }
  for (const { at, chunk } of round) {
    brackets.push({ open: at, close: undefined, weight: undefined })
    multiply(chunk, roundFactor)
  }
  for (const { at, chunk } of square) {
    brackets.push({ open: at, close: undefined, weight: undefined })
    multiply(chunk, squareFactor)
  }
  return { chunks, brackets }
}

/** An open bracket: where it stands, and the first chunk inside it. */
interface Opener {
  chunk: number
  at: number
}

function isWeight(weight: string, text: string, at: number): boolean {
  return decimal.test(weight) && !isNoWeight(text, at, weight)
}

function piece(text: string, from: number, to: number): PlacedChunk {
  return { text, weight: 1, isBreak: false, from, to }
}

function addText(chunks: PlacedChunk[], text: string, at: number): void {
  let from = 0
  for (const { 0: word, index } of text.matchAll(breakWord)) {
    // the spaces around a BREAK belong to it
    const start = from + text.slice(from, index).trimEnd().length
    const end = text.length - text.slice(index + word.length).trimStart().length
    chunks.push(piece(text.slice(from, start), at + from, at + start))
    chunks.push({ text: word, weight: -1, isBreak: true, from: at + start, to: at + end })
    from = end
  }
  chunks.push(piece(text.slice(from), at + from, at + text.length))
}

function mergeEqual(chunks: readonly AttentionChunk[]): AttentionChunk[] {
  if (chunks.length === 0) return [{ text: '', weight: 1, isBreak: false }]
  const merged: AttentionChunk[] = []
  for (const { text, weight, isBreak } of chunks) {
    const last = merged.at(-1)
    if (last?.weight === weight && last.isBreak === isBreak) last.text += text
    else merged.push({ text, weight, isBreak })
  }
  return merged
}
