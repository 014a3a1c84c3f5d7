interface Range {
  from: number
  to: number
}

export interface Adjusted extends Range {
  /** The whole text, changed. `from` and `to` select the same words as before. */
  text: string
}

/** The written end of a weighted part: `:1.2)`. */
const ending = /^:(-?\d*\.?\d+)\)/

/**
 * Gives the selected words more or less weight, as AUTOMATIC1111 writes it: `(word:1.1)`. Without a selection, the
 * weighted part around the cursor is meant, else the word at it. At 1 the brackets go.
 */
export function adjustWeight(text: string, selection: Range, step: number): Adjusted | undefined {
  const { from, to } = wordsMeant(text, selection)
  if (from === to) return undefined
  const words = text.slice(from, to)
  const written = text[from - 1] === '(' ? ending.exec(text.slice(to)) : null
  const weight = round((written ? Number(written[1]) : 1) + step)
  const before = text.slice(0, written ? from - 1 : from)
  const after = text.slice(written ? to + written[0].length : to)
  const start = before.length
  if (weight === 1) return { text: before + words + after, from: start, to: start + words.length }
  return {
    text: `${before}(${words}:${weight})${after}`,
    from: start + 1,
    to: start + 1 + words.length,
  }
}

function wordsMeant(text: string, { from, to }: Range): Range {
  if (from === to) return weightedAround(text, from) ?? wordAt(text, from)
  const whole = /^\(([^]*):-?\d*\.?\d+\)$/.exec(text.slice(from, to))
  if (whole) return { from: from + 1, to: from + 1 + whole[1]!.length }
  const selected = text.slice(from, to)
  const blank = selected.length - selected.trimStart().length
  return { from: from + blank, to: from + blank + selected.trim().length }
}

/** The innermost `(words:weight)` that a place lies in. */
function weightedAround(text: string, at: number): Range | undefined {
  const open = text.lastIndexOf('(', at - 1)
  if (open === -1 || text.slice(open, at).includes(')')) return undefined
  const rest = /^([^():]*):-?\d*\.?\d+\)/.exec(text.slice(open + 1))
  const closes = rest ? open + 1 + rest[0].length : -1
  return rest && at < closes ? { from: open + 1, to: open + 1 + rest[1]!.length } : undefined
}

function wordAt(text: string, at: number): Range {
  const before = /[\p{L}\p{N}’'-]*$/u.exec(text.slice(0, at))![0].length
  const after = /^[\p{L}\p{N}’'-]*/u.exec(text.slice(at))![0].length
  return { from: at - before, to: at + after }
}

/** Steps of a tenth stay tenths. */
function round(weight: number): number {
  return Math.round(weight * 100) / 100
}
