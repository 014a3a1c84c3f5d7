import type { LanguageModel } from '@woolgather/llama'
import type { Canvas, CanvasPart } from '@woolgather/workflow'
import { placesOf } from './open-canvas.ts'
import { readSpans } from './token-texts.ts'

/** Tokens that make whole characters together. */
interface Piece {
  text: string
  tokens: number[]
  hidden: boolean
}

/**
 * A canvas with some of its places masked; a character whose tokens are masked in part is masked whole.
 * @param text what the canvas holds; what comes after it fills it up
 */
export async function hidePlaces(
  model: LanguageModel,
  text: string,
  canvas: Canvas,
  places: readonly number[],
): Promise<Canvas> {
  const hidden = new Set(places)
  const spans = await readSpans(model, text)
  const pieces: Piece[] = []
  for (const [place, token] of placesOf(canvas).entries()) {
    const span = spans[place]
    const last = pieces.at(-1)
    const isRest = span !== undefined && span.to === span.from && last !== undefined
    if (isRest) {
      last.tokens.push(token!)
      last.hidden ||= hidden.has(place)
    } else {
      const own = span === undefined ? '' : text.slice(span.from, span.to)
      pieces.push({ text: own, tokens: [token!], hidden: hidden.has(place) })
    }
  }
  return { ...canvas, parts: gather(pieces) }
}

/** Neighbours that are hidden make one hole, neighbours that are not one text. */
function gather(pieces: readonly Piece[]): CanvasPart[] {
  const parts: CanvasPart[] = []
  for (const { text, tokens, hidden } of pieces) {
    const last = parts.at(-1)
    if (hidden && last !== undefined && 'hole' in last) last.hole += tokens.length
    else if (hidden) parts.push({ hole: tokens.length })
    else if (last !== undefined && 'text' in last) {
      last.text += text
      last.tokens.push(...tokens)
    } else parts.push({ text, tokens: [...tokens] })
  }
  return parts
}
