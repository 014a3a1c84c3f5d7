/** A range as written, its numbers not made yet. */
export interface Range {
  text: string
  from: number
  to: number
  /** How many numbers it comes to; 0 where its step or its count is 0. */
  length: number
  /** Its step, where it is not given by a count. */
  step: number | undefined
  /** Digits after the point of what was written. */
  decimals: number
  /** Whether its step or its count is written, so that it cannot be anything but a range. */
  confirmed: boolean
  /** Whether both ends are written as numbers are printed: `2024-05` is not. */
  plain: boolean
}

/** Longer texts are no number that anybody wrote. */
const longest = 200
const numberText = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?`
const numberOnly = new RegExp(`^${numberText}$`, 'i')
const rangeOnly = new RegExp(
  `^(${numberText})\\s*-\\s*(${numberText})(?:\\s*\\(\\s*(${numberText})\\s*\\)|\\s*\\[\\s*(\\d+)\\s*\\])?$`,
  'i',
)

/** The number that a text is, in any notation: `1`, `.5`, `1e-3`, `007`. */
export function readNumber(text: string): number | undefined {
  if (text.length > longest || !numberOnly.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Whether a number is written as it is printed: `1`, `0.5`, but not `01`, `0.50` or a number too long to be kept. */
export function printsBack(text: string): boolean {
  const value = readNumber(text)
  return value !== undefined && String(value) === text
}

/** `1-5`, `1-5 (+2)` or `1-10 [5]`; undefined where a text is none of them. */
export function readRange(text: string): Range | undefined {
  const match = text.length > longest ? null : rangeOnly.exec(text)
  if (match === null) return undefined
  const [, start = '', end = '', stepText, countText] = match
  const [from, to] = [Number(start), Number(end)]
  if (!Number.isFinite(from) || !Number.isFinite(to)) return undefined
  const step = countText === undefined ? Math.abs(Number(stepText ?? 1)) : undefined
  const length = step === undefined ? Number(countText) : stepsBetween(from, to, step)
  return {
    text,
    from,
    to,
    length,
    step,
    decimals: Math.max(...[start, end, stepText ?? '0'].map(decimalsOf)),
    confirmed: stepText !== undefined || countText !== undefined,
    plain: printsBack(start) && printsBack(end),
  }
}

function stepsBetween(from: number, to: number, step: number): number {
  if (step === 0) return 0
  // a hair of slack: 0.1 + 0.2 must not lose the end of a range
  return Math.floor(Math.abs(to - from) / step + 1e-9) + 1
}

/** How the numbers of a counted range with whole ends are made; `either`: whole where they all differ. */
export type Rounding = 'whole' | 'exact' | 'either'

/**
 * `1-5 (+2)` → 1, 3, 5, never beyond the end, downwards where it is smaller. `1-10 [5]` → evenly spaced, both ends
 * included: 1, 3, 5, 7, 10 whole, 1, 3.25, 5.5, 7.75, 10 exact.
 */
export function expandRange(range: Range, rounding: Rounding): number[] {
  const { from, to, length, step, decimals } = range
  if (step !== undefined) {
    const direction = to < from ? -step : step
    return Array.from({ length }, (_, i) => round(from + direction * i, decimals))
  }
  const exact = spread(from, to, length)
  const rounded = exact.map((value) => round(value, decimals + 6))
  if (decimals > 0 || rounding === 'exact') return rounded
  // cut, as in AUTOMATIC1111; adding 0 makes −0 a 0
  const whole = exact.map((value) => Math.trunc(value) + 0)
  return rounding === 'whole' || new Set(whole).size === length ? whole : rounded
}

function spread(from: number, to: number, length: number): number[] {
  if (length === 1) return [from]
  return Array.from({ length }, (_, i) => (i === length - 1 ? to : from + ((to - from) * i) / (length - 1)))
}

function decimalsOf(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent))
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(Math.min(decimals, 20)))
}
