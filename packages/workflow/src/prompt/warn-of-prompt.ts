import type { Warning } from '../issues/warnings.ts'
import { highest, lowest } from './emphasise.ts'
import { hide } from './mark-prompt.ts'
import { placeChunks, type PlacedChunk } from './parse-attention.ts'
import { parseSchedule, type PlacedSwitch } from './parse-schedule.ts'
import { textAt } from './schedule-text.ts'
import { splitAnd } from './split-and.ts'
import { warnOfAnd } from './warn-of-and.ts'
import { brief, warnOfBrackets } from './warn-of-brackets.ts'

/** Told of one prompt: who has typed more than that knows. */
const mostWarnings = 50

/** What in a prompt was probably meant otherwise: the same parsers that compose it, asked what they made of it. */
export function warnOfPrompt(
  prompt: string,
  { neutral, mostTokens }: { neutral: string; mostTokens: number },
): Warning[] {
  const inParts = splitAnd(prompt).flatMap(({ text, from }) =>
    warnOfPart(text, mostTokens).map((warning) => shift(warning, from)),
  )
  return [...inParts, ...warnOfAnd(prompt, neutral), ...warnOfBraces(prompt)]
    .toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))
    .slice(0, mostWarnings)
}

function shift(warning: Warning, by: number): Warning {
  const { from, to } = warning
  return from === undefined || to === undefined ? warning : { ...warning, from: from + by, to: to + by }
}

function warnOfPart(text: string, mostTokens: number): Warning[] {
  const { syntax, switches, missed } = parseSchedule(text)
  const { chunks, brackets } = placeChunks(hide(text, syntax))
  const ignored: Warning[] = missed === undefined ? [] : [{ ...ignoredSchedule, ...missed }]
  return [
    ...ignored,
    ...switches.flatMap((placed) => warnOfSwitch(text, placed, mostTokens)),
    ...warnOfBrackets(text, brackets),
    ...limitedWeights(text, chunks),
  ]
}

const ignoredSchedule: Warning = {
  code: 'schedules-are-text',
  message:
    'The schedules in this prompt are taken as text: there is a “|” outside […|…], or a lone “\\”. Escape it with \\.',
}

/** Any moment does: what stands before a switch and behind it is only named. */
const beginning = { step: 1, fraction: 0, phase: 0 }

function warnOfSwitch(text: string, { from, to, node }: PlacedSwitch, mostTokens: number): Warning[] {
  const [before, after] = [node.from, node.to].map((nodes) => brief(textAt(nodes, beginning)))
  const written = brief(text.slice(from, to))
  const told = (code: Warning['code'], message: string, number: number, hint?: string): Warning[] => [
    { code, message, ...(hint === undefined ? {} : { hint }), from, to, numbers: { when: number } },
  ]
  const when = 'step' in node.when ? node.when.step : node.when.fraction
  if (when <= 0 && before !== '')
    return told(
      'switch-too-early',
      `“${written}” switches before the first token, so “${before}” never appears.`,
      when,
    )
  if ('fraction' in node.when && when >= 1)
    return told(
      'switch-too-late',
      `“${written}” switches after the end, so “${after}” never appears.`,
      when,
      `A weight is written (${after}:${when}); half of the answer is 0.5.`,
    )
  if ('step' in node.when && when >= mostTokens)
    return told(
      'switch-too-late',
      `“${written}” never switches: it would after ${when} tokens, and at most ${mostTokens} are written, so “${after}” never appears.`,
      when,
      'Write fewer tokens, a part of the answer such as 0.5, or raise `maxTokens`.',
    )
  if (before === '' && /^\d+$/.test(after ?? ''))
    return told(
      'unexpected-schedule',
      `“${written}” is read as a schedule: “${after}” appears after ${when} tokens.`,
      when,
      'Write \\[ and \\] for brackets that are only text.',
    )
  return []
}

function limitedWeights(text: string, chunks: readonly PlacedChunk[]): Warning[] {
  const warnings: Warning[] = []
  let last: PlacedChunk | undefined
  for (const chunk of chunks) {
    const isMore = chunk.weight === last?.weight && chunk.from === last.to
    if (isMore) last = { ...chunk, from: last?.from ?? chunk.from }
    else last = chunk
    const { from, to, weight, isBreak } = last
    const used = Math.min(highest, Math.max(lowest, weight))
    if (isMore) warnings.pop()
    if (isBreak || used === weight || text.slice(from, to).trim() === '') continue
    warnings.push({
      code: 'limited-weight',
      message: `“${brief(text.slice(from, to))}” has the weight ${Number(weight.toPrecision(4))}: ${used} is used; beyond ${lowest} to ${highest} text degrades.`,
      from,
      to,
      numbers: { weight, used },
    })
  }
  return warnings
}

/** `{a|b}` chooses in other programs. */
function warnOfBraces(prompt: string): Warning[] {
  return [...prompt.matchAll(/\{[^{}|]*[^{}|\s][^{}|]*\|(?!\|)[^{}]*\}?/g)].map(({ 0: found, index }) => ({
    code: 'braces-are-text',
    message: `“${brief(found)}” is text: braces choose nothing here.`,
    hint: 'Write [a|b] for turns, or wire a matrix/prompt-matrix or matrix/axis for one answer each.',
    from: index,
    to: index + found.length,
  }))
}
