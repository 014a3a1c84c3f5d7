import type { CanvasPlace } from '@woolgather/workflow'
import { doubt } from '../canvas-text.tsx'
import { drawBelow, ink, type Measure, type Picture } from './draw-grid.ts'
import type { Titled } from './exported-grid.ts'
import { escapeMarkup } from './write-results.ts'

const width = 560
const lineHeight = 26
const font = '400 15px system-ui, sans-serif'
const holeWidth = 34

interface Placed {
  x: number
  line: number
  width: number
}

/**
 * A canvas after a step as a picture on white. Every frame of a film is laid out by what comes out in the end, so that
 * nothing moves while it clears.
 * @param final what stands in each place in the end
 */
export function drawCanvas(
  titled: Titled,
  { places, final, step }: { places: readonly CanvasPlace[]; final: readonly string[]; step: number },
  measure: Measure,
): Picture {
  const layout = layOut(final, measure)
  const lines = Math.max(1, ...layout.map(({ line }) => line + 1))
  const parts = places.map((place, at) => drawPlace(place, layout[at]!, step))
  return drawBelow(titled, width, lines * lineHeight, parts, measure)
}

function layOut(final: readonly string[], measure: Measure): Placed[] {
  let [x, line] = [0, 0]
  return final.map((text) => {
    const wide = text === '' ? holeWidth : measure(text, font)
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1]
    const placed = { x, line, width: wide }
    x += wide
    if (text.includes('\n')) [x, line] = [0, line + 1]
    return placed
  })
}

function drawPlace(place: CanvasPlace, { x, line, width: wide }: Placed, step: number): string {
  const y = line * lineHeight
  if (place === null)
    return `<rect x="${x + 2}" y="${y + 7}" width="${Math.max(4, wide - 4)}" height="11" rx="5" fill="${ink.line}"/>`
  const isNew = step > 0 && place.step === step
  const [color, opacity] = isNew ? ['#2f7d6b', 0.3] : ['#b93838', 0.35 * doubt(place.probability)]
  const shade =
    opacity > 0.01 && place.text !== ''
      ? `<rect x="${x}" y="${y + 1}" width="${wide}" height="${lineHeight - 4}" rx="3" fill="${color}" fill-opacity="${opacity.toFixed(3)}"/>`
      : ''
  const text = escapeMarkup(place.text.replaceAll('\n', ''))
  return `${shade}<text x="${x}" y="${y + 18}" font-family="system-ui, sans-serif" font-size="15" fill="${ink.text}" xml:space="preserve">${text}</text>`
}
