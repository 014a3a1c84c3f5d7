import { placeChunks } from './parse-attention.ts'
import { parseSchedule, type Range } from './parse-schedule.ts'
import { andWords, splitAnd } from './split-and.ts'

/** A part of a prompt as an editor colours it. Marks follow each other without gaps. */
export interface PromptMark extends Range {
  /** `text` is what a model reads, `syntax` the brackets and weights around it. */
  kind: 'text' | 'syntax' | 'schedule' | 'and' | 'break'
  /** Emphasis of a text; 1 elsewhere. */
  weight: number
}

/** What each part of a prompt is: the same parsers that compose it, asked where instead of what. */
export function markPrompt(prompt: string): PromptMark[] {
  const marks = [
    ...andWords(prompt).map((range) => mark(range, 'and')),
    ...splitAnd(prompt).flatMap(({ text, from }) => marksIn(text).map((one) => shift(one, from))),
  ]
  return fillGaps(marks, prompt.length)
}

function marksIn(text: string): PromptMark[] {
  const { syntax } = parseSchedule(text)
  const { chunks } = placeChunks(hide(text, syntax))
  return [
    ...syntax.map((range) => mark(range, 'schedule')),
    ...chunks.flatMap(({ from, to, weight, isBreak }) =>
      without({ from, to }, syntax).map((range) =>
        isBreak ? mark(range, 'break') : mark(range, 'text', weight),
      ),
    ),
  ]
}

/** The text with schedules’ own characters made plain letters, so that the attention parser sees none of them. */
export function hide(text: string, ranges: readonly Range[]): string {
  let hidden = ''
  let at = 0
  for (const { from, to } of ranges) {
    hidden += text.slice(at, from) + '_'.repeat(to - from)
    at = to
  }
  return hidden + text.slice(at)
}

/** What is left of a range without the others, which are in order. */
function without(range: Range, others: readonly Range[]): Range[] {
  const left: Range[] = []
  let from = range.from
  for (const other of others) {
    if (other.to <= from || other.from >= range.to) continue
    if (other.from > from) left.push({ from, to: other.from })
    from = other.to
  }
  return from < range.to ? [...left, { from, to: range.to }] : left
}

function fillGaps(marks: readonly PromptMark[], length: number): PromptMark[] {
  const filled: PromptMark[] = []
  let at = 0
  for (const one of marks.filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from)) {
    if (one.from > at) filled.push(mark({ from: at, to: one.from }, 'syntax'))
    filled.push(one)
    at = one.to
  }
  if (at < length) filled.push(mark({ from: at, to: length }, 'syntax'))
  return filled
}

function mark({ from, to }: Range, kind: PromptMark['kind'], weight = 1): PromptMark {
  return { from, to, kind, weight }
}

function shift({ from, to, ...rest }: PromptMark, by: number): PromptMark {
  return { ...rest, from: from + by, to: to + by }
}
