import type { Warning } from '../issues/warnings.ts'

/** A bracket as it was read: where it opens and closes, if it does both, and where the colon of its weight stands. */
export interface Bracket {
  open: number | undefined
  close: number | undefined
  weight: number | undefined
}

/** What stands at the end of a bracket without a weight, after a colon, and was probably meant as one. */
const almostWeight = /:\s*([+-]?(?:\d[\d.,eE]*|[.,][\d.,]*)\s*(?:%|x|[/·]\s*\d+)?|[+-]?[０-９．，]+|)\s*$/
/** The same of a schedule: `[a:b:0,5]`, `[a:b:10%]`, `[a:b:]`. */
const almostSchedule = /:\s*[+-]?(?:\d*,[\d,.]*\d|\d*\.\d*\.[\d.]*|[\d.,]*\d\s*%)\s*$|:[^:]*:\s*$/
/** The sides of a proportion: `(mix 3:1)`. */
const proportion = /\d:\s*\d+$/
/** Brackets of a face, and of an item in a list: `:)`, `;-)`, `a)`, `1)`. */
const noOpener = /(?:[:;=]['’]?[-o^]?|(?:^|\s)(?:\d{1,3}|[a-zA-Z]|[ivx]+))$/

/** What brackets were probably not meant to be as they were read. */
export function warnOfBrackets(text: string, brackets: readonly Bracket[]): Warning[] {
  const inOrder = brackets.toSorted((a, b) => (a.open ?? a.close ?? 0) - (b.open ?? b.close ?? 0))
  return [
    ...inOrder.flatMap((bracket) => warnOfPair(text, bracket)),
    ...warnOfUnclosed(text, inOrder),
    ...warnOfUnopened(text, inOrder),
  ]
}

function warnOfPair(text: string, { open, close, weight }: Bracket): Warning[] {
  if (open === undefined || close === undefined) return []
  if (weight !== undefined) return warnOfProportion(text, weight, close)
  // what is meant stands right before the bracket that closes
  const start = Math.max(open + 1, close - longestWeight)
  const inside = text.slice(start, close)
  const unread = text[open] === '(' ? almostWeight.exec(inside) : null
  if (unread !== null) return unreadWeight(inside, start + unread.index, close, unread[1] ?? '')
  if (text[open] === '[' && almostSchedule.test(inside)) return [unreadSchedule(inside, open, close)]
  return /[A-Za-z\d]/.test(text.charAt(open - 1)) ? [insideWord(text, open, close)] : []
}

const longestWeight = 100

function unreadSchedule(inside: string, open: number, close: number): Warning {
  return {
    code: 'unread-schedule',
    message: `“[${brief(inside)}]” is no schedule, because no number stands at its end: it is text that counts 0.909.`,
    hint: 'Write [from:to:10] for tokens or [from:to:0.5] for a part of the answer, or \\[ and \\] for brackets.',
    from: open,
    to: close + 1,
    numbers: { weight: 0.909 },
  }
}

function unreadWeight(inside: string, from: number, close: number, number: string): Warning[] {
  const place = { from, to: close + 1 }
  const written = number.trim()
  if (/^\d{2,5}$/.test(written))
    return [
      {
        code: 'no-weight',
        message: `“:${written}” is read as part of “${brief(inside)}”, not as a weight; the brackets make it count 1.1.`,
        hint: 'Write \\( and \\) for brackets that are only text.',
        ...place,
        numbers: { weight: 1.1 },
      },
    ]
  const meant = Number(written.replace(',', '.'))
  const example = written !== '' && Number.isFinite(meant) ? String(meant) : '1.5'
  const what =
    written === '' ? 'there is no number after the colon' : `${written} is not a number with a point`
  return [
    {
      code: 'unread-weight',
      message: `“${brief(inside)}” has no weight, because ${what}: it is text that counts 1.1.`,
      hint: `Write (words:${example}), or \\( and \\) for brackets that are only text.`,
      ...place,
      numbers: { weight: 1.1 },
    },
  ]
}

/** A small number after a digit and a colon is a weight, and may have been meant as half of a proportion. */
function warnOfProportion(text: string, colon: number, close: number): Warning[] {
  const found = proportion.exec(text.slice(Math.max(0, colon - 1), close).trimEnd())
  if (found === null) return []
  const weight = Number(text.slice(colon + 1, close))
  const message = `“${text.slice(colon - 1, close).trim()}” is read as the weight ${weight}, and the number is not part of the prompt.`
  const hint =
    'Write \\( and \\) for brackets that are only text; a weight with a point, as in 2.0, is not told.'
  return [{ code: 'no-weight', message, hint, from: colon - 1, to: close + 1, numbers: { weight } }]
}

/** `file(s)`, `print(x)`: brackets that belong to a word. */
function insideWord(text: string, open: number, close: number): Warning {
  const factor = text[open] === '(' ? 1.1 : Number((1 / 1.1).toFixed(3))
  const end = text[open] === '(' ? ')' : ']'
  return {
    code: 'unexpected-emphasis',
    message: `“${brief(text.slice(open, close + 1))}” right after a letter is read as emphasis: it counts ${factor}, and the brackets are not part of the prompt.`,
    hint: `Write \\${text[open]} and \\${end} for the characters.`,
    from: open,
    to: close + 1,
    numbers: { weight: factor },
  }
}

function warnOfUnclosed(text: string, brackets: readonly Bracket[]): Warning[] {
  return ['(', '['].flatMap((opener) => {
    const places = brackets.flatMap(({ open, close }) =>
      open !== undefined && close === undefined && text[open] === opener ? [open] : [],
    )
    const [first] = places
    if (first === undefined) return []
    const subject =
      places.length === 1
        ? `A “${opener}” is never closed: it applies`
        : `${places.length} “${opener}” are never closed: they apply`
    return [
      {
        code: 'bracket-not-closed',
        message: `${subject} to the end of the prompt. Write \\${opener} for the character.`,
        from: first,
        to: first + 1,
        numbers: { brackets: places.length },
      } satisfies Warning,
    ]
  })
}

function warnOfUnopened(text: string, brackets: readonly Bracket[]): Warning[] {
  return [')', ']'].flatMap((closer) => {
    const places = brackets.flatMap(({ open, close }) =>
      open === undefined && close !== undefined && text[close] === closer ? [close] : [],
    )
    const meant = places.filter((at) => !noOpener.test(text.slice(Math.max(0, at - 8), at)))
    const [first] = meant
    if (first === undefined) return []
    const subject =
      meant.length === 1
        ? `A “${closer}” closes nothing: it is text`
        : `${meant.length} “${closer}” close nothing: they are text`
    return [
      {
        code: 'bracket-not-opened',
        message: `${subject}. Write \\${closer} for the character.`,
        from: first,
        to: first + 1,
        numbers: { brackets: meant.length },
      } satisfies Warning,
    ]
  })
}

export function brief(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > 40 ? `${trimmed.slice(0, 37)}…` : trimmed
}
