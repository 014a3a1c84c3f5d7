/** Round numbers that cover a range: about `count` of them. */
export function ticksOf(least: number, greatest: number, count = 5): number[] {
  const range = greatest - least || Math.abs(greatest) || 1
  const raw = range / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power
  const first = Math.floor(least / step)
  const last = Math.ceil((greatest === least ? least + range : greatest) / step)
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

export interface Range {
  least: number
  greatest: number
}

/** The range of all numbers; bars stand on zero, lines need not. */
export function rangeOf(rows: readonly (readonly (number | null)[])[], fromZero: boolean): Range {
  const numbers = rows.flat().filter((value) => value !== null)
  if (numbers.length === 0) return { least: 0, greatest: 1 }
  const least = numbers.reduce((a, b) => Math.min(a, b))
  const greatest = numbers.reduce((a, b) => Math.max(a, b))
  return fromZero ? { least: Math.min(0, least), greatest: Math.max(0, greatest) } : { least, greatest }
}

/** Which of `count` labels to write, so that they do not run into each other. */
export function labelStep(count: number, room: number, labelWidth: number): number {
  return Math.max(1, Math.ceil((count * labelWidth) / Math.max(room, 1)))
}
