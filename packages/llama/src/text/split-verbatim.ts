import type { SpecialNames, TextRange } from './token-names.ts'

/** A piece of a text, and whether names of control tokens in it are read as such. */
export interface TextPiece {
  text: string
  special: boolean
}

/**
 * Cuts a text so that no name of a control token inside `verbatim` is read as one. It is cut only next to tokens that do
 * count, where a tokenizer begins anew anyway: what stands between them is split as if in one piece. A name that is always
 * read as a token, and stands in `verbatim` by itself, is cut after its first character.
 * @param verbatim ascending, not overlapping
 */
export function splitVerbatim(
  text: string,
  verbatim: readonly TextRange[],
  names: SpecialNames,
): TextPiece[] {
  const harmful = verbatim.flatMap((range) =>
    names.markup.has(text.slice(range.from, range.to))
      ? [range]
      : names.control.find(text, range.from, range.to),
  )
  if (harmful.length === 0) return [{ text, special: true }]
  const pieces: TextPiece[] = []
  let done = 0
  const upTo = (to: number, special: boolean): void => {
    if (to > done) pieces.push({ text: text.slice(done, to), special })
    done = to
  }
  for (const stretch of stretchesAround(harmful, findOutside(text, verbatim, names), text.length)) {
    upTo(stretch.from, true)
    for (const { from, to } of stretch.harmful) {
      if (names.markup.has(text.slice(from, to))) upTo(from + firstCharacter(text, from), false)
    }
    upTo(stretch.to, false)
  }
  upTo(text.length, true)
  return pieces
}

/** Names that count: those wholly outside. */
function findOutside(text: string, verbatim: readonly TextRange[], { all }: SpecialNames): TextRange[] {
  const starts = [0, ...verbatim.map(({ to }) => to)]
  const ends = [...verbatim.map(({ from }) => from), text.length]
  return starts.flatMap((start, index) => all.find(text, start, ends[index]))
}

/** What lies between two names that count and holds harmful ones. */
function stretchesAround(
  harmful: readonly TextRange[],
  counting: readonly TextRange[],
  length: number,
): (TextRange & { harmful: TextRange[] })[] {
  const stretches: (TextRange & { harmful: TextRange[] })[] = []
  let next = 0
  for (const range of harmful) {
    const last = stretches.at(-1)
    if (last !== undefined && range.from < last.to) {
      last.harmful.push(range)
      continue
    }
    while (next < counting.length && counting[next]!.to <= range.from) next++
    const from = counting[next - 1]?.to ?? 0
    stretches.push({ from, to: counting[next]?.from ?? length, harmful: [range] })
  }
  return stretches
}

function firstCharacter(text: string, at: number): number {
  return String.fromCodePoint(text.codePointAt(at) ?? 0).length
}
