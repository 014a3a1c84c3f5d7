import { WoolgatherError, workflowElement } from '@woolgather/workflow'
import { cellContent, columnHeadings, type ExportedGrid, type Titled } from './exported-grid.ts'
import { escapeMarkup } from './write-results.ts'

/** Pixels that a text is wide, in a font as CSS names it. */
export type Measure = (text: string, font: string) => number

export interface Picture {
  svg: string
  /** In pixels. */
  width: number
  height: number
}

/** Cells that are drawn; a picture of more is one that nobody reads. */
const mostCells = 2_000
/** Lines of one cell, after which it ends in an ellipsis. */
const mostLines = 40
/** Characters of one cell that are looked at: more than its lines can hold. */
const mostLooked = 6_000

const margin = 24
const padding = 10
const lineHeight = 19
const family = 'system-ui, sans-serif'
const fonts = {
  title: `600 20px ${family}`,
  caption: `400 13px ${family}`,
  heading: `600 13px ${family}`,
  text: `400 13px ${family}`,
}
type Font = keyof typeof fonts

export const ink = {
  text: '#1d232b',
  quiet: '#5b6672',
  error: '#a83232',
  line: '#d5dae0',
  heading: '#f2f4f7',
}

/** A box of the table: its lines as they are wrapped. */
interface Box {
  lines: string[]
  font: Font
  color: string
}

/**
 * The grid as it is shown, as one picture on white: text stays text.
 * @throws WoolgatherError where it is too large for a picture
 */
export function drawGrid(grid: ExportedGrid, measure: Measure): Picture {
  const { pivot, rows, textOf } = grid
  const { rowAxes, columns, cellAt } = pivot
  if (rows.length * columns.length > mostCells) throw tooLarge(`has ${rows.length * columns.length} cells`)
  const box = (text: string, width: number, font: Font, color = ink.text): Box => ({
    lines: wrap(text, width - 2 * padding, (part) => measure(part, fonts[font])),
    font,
    color,
  })
  const headingWidths = rowAxes.map(({ label }, at) =>
    fit([label, ...rows.map(({ headings }) => headings[at] ?? '')], (text) => measure(text, fonts.heading)),
  )
  const cellWidth = columns.length === 1 ? 560 : columns.length <= 3 ? 340 : 260
  const widths = [...headingWidths, ...columns.map(() => cellWidth)]
  const heads = [...rowAxes.map(({ label }) => label), ...columnHeadings(pivot)]
  const table: Box[][] = [
    heads.map((text, at) => box(text, widths[at]!, 'heading')),
    ...rows.map((row) => [
      ...row.headings.map((text, at) => box(text, headingWidths[at]!, 'heading')),
      ...columns.map((column) => {
        const cell = cellAt(row, column)
        const { text, error } = cell ? cellContent(cell, textOf) : { text: '', error: false }
        return box(text, cellWidth, 'text', error ? ink.error : ink.text)
      }),
    ]),
  ]
  const parts: string[] = []
  let y = 0
  table.forEach((boxes, index) => {
    const height = Math.max(...boxes.map(({ lines }) => lines.length)) * lineHeight + 2 * padding
    let x = 0
    boxes.forEach((one, at) => {
      const isHeading = index === 0 || at < rowAxes.length
      const fill = isHeading ? ink.heading : '#ffffff'
      parts.push(
        `<rect x="${x}" y="${y}" width="${widths[at]}" height="${height}" fill="${fill}" stroke="${ink.line}"/>`,
        drawBox(one, x, y),
      )
      x += widths[at]!
    })
    y += height
  })
  return drawBelow(grid, sum(widths), y, parts, measure)
}

/** What is drawn, in a frame of its own, below its title and caption. */
export function drawBelow(
  { title, caption, workflow }: Titled,
  wide: number,
  tall: number,
  parts: readonly string[],
  measure: Measure,
): Picture {
  const width = Math.ceil(Math.max(420, wide) + 2 * margin)
  const box = (text: string, font: Font, color: string): Box => ({
    lines: wrap(text, width - 2 * margin, (part) => measure(part, fonts[font])),
    font,
    color,
  })
  const above = { title: box(title, 'title', ink.text), caption: box(caption, 'caption', ink.quiet) }
  const captionTop = margin + above.title.lines.length * 26
  const top = captionTop + (caption === '' ? 8 : above.caption.lines.length * lineHeight + 14)
  const drawn = [
    drawBox(above.title, margin - padding, margin - 8, 26),
    caption === '' ? '' : drawBox(above.caption, margin - padding, captionTop - 8),
    `<g transform="translate(${margin} ${top})">\n${parts.join('\n')}\n</g>`,
  ]
  const height = Math.ceil(top + tall + margin)
  return { svg: frame(title, width, height, drawn, workflow), width, height }
}

function frame(
  title: string,
  width: number,
  height: number,
  parts: readonly string[],
  workflow: ExportedGrid['workflow'],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeMarkup(title)}</title>
${workflow === undefined ? '' : `${workflowElement(workflow, 'svg')}\n`}<rect width="100%" height="100%" fill="#ffffff"/>
${parts.filter((part) => part !== '').join('\n')}
</svg>
`
}

function drawBox({ lines, font, color }: Box, x: number, y: number, step = lineHeight): string {
  const [weight, size] = fonts[font].split(' ')
  const baseline = y + padding + parseInt(size!) + 1
  const spans = lines.map(
    (line, at) =>
      `<tspan x="${x + padding}" y="${baseline + at * step}" xml:space="preserve">${escapeMarkup(line)}</tspan>`,
  )
  return `<text font-family="${family}" font-weight="${weight}" font-size="${size}" fill="${color}">${spans.join('')}</text>`
}

/** Wide enough for the longest, within what leaves room for cells. */
function fit(texts: readonly string[], widthOf: (text: string) => number): number {
  const longest = Math.max(...texts.map((text) => widthOf(text.slice(0, 200))))
  return Math.ceil(Math.min(240, Math.max(60, longest + 2 * padding + 4)))
}

/** Lines no wider than `width`: broken between words, and within one that is wider by itself. */
export function wrap(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = []
  const shown = text.slice(0, mostLooked).trimEnd().replaceAll('\t', '    ')
  for (const paragraph of shown.split(/\r\n?|\n/)) {
    let line = ''
    for (const word of paragraph.split(/(?<=[ \u3000-\u9fff\uac00-\ud7af])/u)) {
      if (widthOf((line + word).trimEnd()) <= width) line += word
      else {
        if (line !== '') lines.push(line)
        const pieces = breakWord(word, width, widthOf)
        lines.push(...pieces.slice(0, -1))
        line = pieces.at(-1) ?? ''
      }
      if (lines.length > mostLines) break
    }
    lines.push(line)
    if (lines.length > mostLines) break
  }
  const cut = lines.length > mostLines || text.length > mostLooked
  return cut ? [...lines.slice(0, mostLines - 1), `${lines[mostLines - 1] ?? ''} …`] : lines
}

function breakWord(word: string, width: number, widthOf: (text: string) => number): string[] {
  if (widthOf(word.trimEnd()) <= width) return [word]
  const pieces: string[] = []
  let piece = ''
  for (const character of word) {
    if (piece !== '' && widthOf(piece + character) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

export function tooLarge(what: string): WoolgatherError {
  return new WoolgatherError('file-too-large', `This grid is too large for a picture: it ${what}.`, {
    hint: 'Show fewer rows with the filter, or one value of an axis at a time; as a web page all of it can be saved.',
  })
}
