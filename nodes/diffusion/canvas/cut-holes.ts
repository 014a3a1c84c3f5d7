import type { LanguageModel } from '@woolgather/llama'
import type { CanvasPart } from '@woolgather/workflow'
import { tokenSpans, type TokenSpan } from './token-texts.ts'

/** Characters of a text, from `from` up to `to`. */
export interface TextRange {
  from: number
  to: number
}

/** A place is made of at least one token. */
const leastHole = 1

/**
 * A text with holes in it. What is kept keeps its tokens, as the whole text was read; a hole has as many places as the
 * tokens that it took away, more or fewer by `grow`.
 */
export async function cutHoles(
  model: LanguageModel,
  text: string,
  ranges: readonly TextRange[],
  grow = 0,
): Promise<CanvasPart[]> {
  const spans = await tokenSpans(model, text)
  const parts: CanvasPart[] = []
  let at = 0
  for (const { from, to } of joined(withSpaces(text, spans, ranges))) {
    if (from > at) parts.push(keep(model, text, spans, { from: at, to: from }))
    parts.push({ hole: Math.max(leastHole, sizeOf(model, text, spans, { from, to }) + grow) })
    at = to
  }
  if (at < text.length || parts.length === 0)
    parts.push(keep(model, text, spans, { from: at, to: text.length }))
  return parts
}

/** Overlapping and touching ranges as one, in their order. */
export function joined(ranges: readonly TextRange[]): TextRange[] {
  const found: TextRange[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (range.to <= range.from) continue
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to)
    else found.push({ ...range })
  }
  return found
}

/** The space before a word is part of its token: it goes with the word, and what is written there brings its own. */
function withSpaces(text: string, spans: TokenSpan[] | undefined, ranges: readonly TextRange[]): TextRange[] {
  return ranges.map(({ from, to }) => {
    const begins = spans?.some((span) => span.from === from - 1 && span.to > from) === true
    return begins && text[from - 1] === ' ' ? { from: from - 1, to } : { from, to }
  })
}

function keep(
  model: LanguageModel,
  text: string,
  spans: readonly TokenSpan[] | undefined,
  { from, to }: TextRange,
): CanvasPart {
  const own = text.slice(from, to)
  const whole = spans?.filter((span) => span.from >= from && span.to <= to) ?? []
  const [first, last] = [whole[0], whole.at(-1)]
  if (first === undefined || last === undefined)
    return { text: own, tokens: model.tokenize(own, { addBos: false }) }
  // Of a token that was cut only a part stays, which is read anew.
  const rest = (piece: string): number[] => (piece === '' ? [] : model.tokenize(piece, { addBos: false }))
  const tokens = [
    ...rest(text.slice(from, first.from)),
    ...whole.map(({ token }) => token),
    ...rest(text.slice(last.to, to)),
  ]
  return { text: own, tokens }
}

function sizeOf(
  model: LanguageModel,
  text: string,
  spans: readonly TokenSpan[] | undefined,
  { from, to }: TextRange,
): number {
  if (spans === undefined) return model.tokenize(text.slice(from, to), { addBos: false }).length
  return spans.filter((span) => span.from < to && span.to > from).length
}
