import type { LanguageModel } from '@woolgather/llama'
import type { Canvas } from '@woolgather/workflow'
import { decodeTokens } from './token-texts.ts'

/**
 * The canvas with its holes filled, and its text: what stood there to the byte, and what was filled in up to the first token
 * that ends a text.
 * @param tokens of every place
 */
export async function closeCanvas(
  model: LanguageModel,
  canvas: Canvas,
  tokens: readonly number[],
): Promise<{ canvas: Canvas; text: string }> {
  const ends = new Set(model.endTokens())
  const parts: { text: string; tokens: number[] }[] = []
  const texts: string[] = []
  let place = 0
  let over = false
  for (const part of canvas.parts) {
    const size = 'hole' in part ? part.hole : part.tokens.length
    const own = tokens.slice(place, (place += size))
    const filled = 'hole' in part ? await fillPart(model, own, ends) : { ...part, ends: false }
    parts.push({ text: filled.text, tokens: own })
    if (!over || !('hole' in part)) texts.push(filled.text)
    over ||= filled.ends
  }
  return { canvas: { ...canvas, parts }, text: texts.join('') }
}

async function fillPart(
  model: LanguageModel,
  tokens: readonly number[],
  ends: ReadonlySet<number>,
): Promise<{ text: string; ends: boolean }> {
  const end = tokens.findIndex((token) => ends.has(token))
  const text = await decodeTokens(model, end === -1 ? tokens : tokens.slice(0, end))
  return { text, ends: end !== -1 }
}
