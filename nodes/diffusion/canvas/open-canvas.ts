import type { LanguageModel } from '@woolgather/llama'
import { WoolgatherError, type Canvas, type CanvasPart } from '@woolgather/workflow'
import { vocabularyName } from './vocabulary-name.ts'

/** Models learned answers that are filled up with their last token to a multiple of this. */
const bucket = 16

/** Every place of a canvas: its token, or null. */
export function placesOf({ parts }: Canvas): (number | null)[] {
  return parts.flatMap((part): (number | null)[] => ('hole' in part ? holes(part.hole) : part.tokens))
}

/** A canvas of nothing but a hole. */
export async function blankCanvas(model: LanguageModel, length: number): Promise<Canvas> {
  return { kind: 'canvas', vocabulary: await vocabularyName(model), parts: [{ hole: length }] }
}

/** A canvas of parts, filled up as the model's answers were in training. */
export async function canvasOf(model: LanguageModel, parts: readonly CanvasPart[]): Promise<Canvas> {
  const size = parts.reduce((sum, part) => sum + ('hole' in part ? part.hole : part.tokens.length), 0)
  const end = model.info.diffusion?.endToken ?? -1
  const filling = end < 0 ? [] : Array.from({ length: bucket - (size % bucket) }, () => end)
  return {
    kind: 'canvas',
    vocabulary: await vocabularyName(model),
    parts: [...parts, ...(filling.length > 0 ? [{ text: '', tokens: filling }] : [])],
  }
}

/** @throws WoolgatherError invalid-input where its tokens are those of another vocabulary */
export async function checkCanvas(model: LanguageModel, canvas: Canvas): Promise<void> {
  if (canvas.vocabulary === (await vocabularyName(model))) return
  throw new WoolgatherError(
    'invalid-input',
    `The canvas is made of the tokens of another model: ${model.info.name} has another vocabulary.`,
    { input: 'canvas', hint: 'Make the canvas with the model that fills it.' },
  )
}

function holes(count: number): null[] {
  return Array.from({ length: count }, () => null)
}
