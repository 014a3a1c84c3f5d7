/** Digits before and after the point of a number that is not negative, without an exponent or trailing zeros. */
export interface Digits {
  readonly integer: string
  readonly fraction: string
}

export function decimalDigits(value: number): Digits {
  const [, first, rest = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(
    String(value),
  ) as RegExpExecArray
  const shift = Number(exponent)
  const digits = (first as string) + rest
  const point = (first as string).length + shift
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const split = Math.max(point, 1)
  return {
    integer: padded.slice(0, split).replace(/^0+(?=\d)/, ''),
    fraction: padded.slice(split).replace(/0+$/, ''),
  }
}

/** Exactly, as the decimals are written. */
export function isMultiple(value: number, step: number): boolean {
  const [whole, part] = [decimalDigits(Math.abs(value)), decimalDigits(Math.abs(step))]
  const places = Math.max(whole.fraction.length, part.fraction.length)
  const scaled = ({ integer, fraction }: typeof whole): bigint =>
    BigInt(integer + fraction.padEnd(places, '0'))
  return scaled(part) !== 0n && scaled(whole) % scaled(part) === 0n
}

/** A number above 0 as a number between 1 and 10, times a power of ten. */
export function scientificDigits({ integer, fraction }: Digits): { mantissa: Digits; exponent: number } {
  const digits = integer + fraction
  const first = digits.search(/[1-9]/)
  return {
    mantissa: { integer: digits[first]!, fraction: digits.slice(first + 1).replace(/0+$/, '') },
    exponent: integer.length - 1 - first,
  }
}
