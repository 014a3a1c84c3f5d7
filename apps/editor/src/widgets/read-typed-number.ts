import { readText } from '@woolgather/workflow'

/**
 * A number as people type or paste it: with a comma or a point, an exponent, spaces around it or between its groups, in
 * the digits of any script. Undefined where it is none, could be two (`1,500`), or is whole and
 * would be rounded.
 */
export function readTypedNumber(text: string): number | undefined {
  const read = readText('number', inAscii(text), { decimalComma: true })
  return read.problem === undefined && typeof read.value === 'number' ? read.value : undefined
}

/** Full-width and other digits, and the signs that go with them, as a European keyboard writes them. */
function inAscii(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Nd}/gu, (digit) => String(valueOf(digit)))
    .replaceAll('\u066B', '.')
    .replaceAll('\u066C', ',')
    .replaceAll(/[\u2010-\u2013\u2212]/g, '-')
}

/** Digits of a script stand in a row of ten, and rows begin at a multiple of ten from a zero. */
function valueOf(digit: string): number {
  let zero = digit.codePointAt(0)!
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0)! - zero < 9) zero--
  return digit.codePointAt(0)! - zero
}

/**
 * The number some steps further, within the range, with no more decimals than the two have: 0.7 and 0.1 make 0.8. At a
 * bound of the other side it stays: a value outside the range comes back to it.
 */
export function stepNumber(
  from: number,
  by: number,
  { minimum = -Infinity, maximum = Infinity }: { minimum?: number; maximum?: number },
): number {
  const decimals = Math.min(100, Math.max(decimalsOf(from), decimalsOf(by)))
  const next = Number((from + by).toFixed(decimals))
  return Math.min(maximum, Math.max(minimum, next))
}

function decimalsOf(number: number): number {
  const [digits = '', exponent = '0'] = String(number).split('e')
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent))
}
