import type { LanguageModel } from '@woolgather/llama'
import { WoolgatherError, type Canvas } from '@woolgather/workflow'
import { vocabularyName } from './vocabulary-name.ts'

/** Every place of a canvas: its token, or null. */
export function placesOf({ parts }: Canvas): (number | null)[] {
  return parts.flatMap((part): (number | null)[] => ('hole' in part ? holes(part.hole) : part.tokens))
}

/** A canvas of nothing but a hole. */
export async function blankCanvas(model: LanguageModel, length: number): Promise<Canvas> {
  return { kind: 'canvas', vocabulary: await vocabularyName(model), parts: [{ hole: length }] }
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
