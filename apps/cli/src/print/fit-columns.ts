/** Between two columns. */
const gap = 2

/** A column that is narrower than this, in cells of the terminal, cannot be read. */
const least = 14

/** Of a long text, this many lines are shown. */
const mostLines = 3

export interface FittedColumns {
  text: string
  /** Columns that there was no room for. */
  hidden: number
  /** Whether a text was cut. */
  cut: boolean
}

/** Lines of at most `width` cells of a terminal: long texts are wrapped and cut, columns that do not fit are left out. */
export function fitColumns(rows: readonly (readonly string[])[], width: number): FittedColumns {
  const wanted = widthsOf(rows)
  const count = Math.max(1, Math.min(wanted.length, countFitting(wanted, width)))
  const widths = share(wanted.slice(0, count), width - gap * (count - 1))
  let cut = false
  const lines = rows.flatMap((row) => {
    const cells = widths.map((room, column) => {
      const wrapped = wrap(row[column] ?? '', room)
      if (wrapped.length > mostLines) cut = true
      return wrapped.length > mostLines ? shorten(wrapped, room) : wrapped
    })
    const height = Math.max(...cells.map((cell) => cell.length))
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, column) => pad(cell[line] ?? '', widths[column] ?? 0))
        .join(' '.repeat(gap))
        .trimEnd(),
    )
  })
  return { text: lines.join('\n'), hidden: wanted.length - count, cut }
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length: count }, (_, column) =>
    Math.max(1, ...rows.map((row) => cellsOf(row[column] ?? ''))),
  )
}

/** How many columns, from the first on, can be read beside one another. */
function countFitting(wanted: readonly number[], width: number): number {
  let left = width + gap
  const count = wanted.findIndex((own) => (left -= Math.min(own, least) + gap) < 0)
  return count === -1 ? wanted.length : count
}

/** Narrow columns get what they want, and the wide ones what is left, evenly. */
function share(wanted: readonly number[], width: number): number[] {
  let left = Math.max(width, wanted.length)
  const widths: number[] = []
  const narrowFirst = wanted.map((own, column) => ({ own, column })).toSorted((a, b) => a.own - b.own)
  for (const [at, { own, column }] of narrowFirst.entries()) {
    const given = Math.max(1, Math.min(own, Math.floor(left / (wanted.length - at))))
    widths[column] = given
    left -= given
  }
  return widths
}

/** Lines of at most `room` cells, broken between words where it can be. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((long) => pieces(long, room))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (cellsOf(longer) <= room) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

/** A word, or parts of it that fit. */
function pieces(word: string, room: number): string[] {
  if (cellsOf(word) <= room) return [word]
  const parts: string[] = []
  let part = ''
  for (const letter of word) {
    if (part !== '' && cellsOf(part + letter) > room) {
      parts.push(part)
      part = ''
    }
    part += letter
  }
  return [...parts, part]
}

function shorten(lines: readonly string[], room: number): string[] {
  const shown = lines.slice(0, mostLines)
  let last = shown.at(-1) ?? ''
  while (last !== '' && cellsOf(last) >= room) last = [...last].slice(0, -1).join('')
  return [...shown.slice(0, -1), `${last.trimEnd()}…`]
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - cellsOf(text)))

/** Letters of East Asia and pictures, which take two cells of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/gu

/** How many cells of a terminal a text takes. */
function cellsOf(text: string): number {
  const letters = text.replace(/[\p{Mn}\p{Cf}]/gu, '')
  return [...letters].length + (letters.match(wide)?.length ?? 0)
}
