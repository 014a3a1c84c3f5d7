import type { PlacedText, RunEvent } from './events.ts'

/** What a step changed, as the node tells it. */
export type CanvasStep = Pick<
  Extract<RunEvent, { type: 'cell.canvas' }>,
  'step' | 'steps' | 'size' | 'set' | 'cleared'
>

/** A token where it stands, and since which step; null is a hole. */
export type CanvasPlace = { text: string; probability: number | null; step: number } | null

/** A canvas that is being filled. */
export interface CanvasState {
  step: number
  steps: number
  places: readonly CanvasPlace[]
}

/** How a hole is written where there is only text. */
export const holeMark = '▒'

/** The canvas after one more step; step 0 begins it anew. */
export function followCanvas(
  before: CanvasState | undefined,
  { step, steps, size, set, cleared }: CanvasStep,
): CanvasState {
  const known = step === 0 ? undefined : before?.places
  const places = Array.from({ length: size }, (_, place) => known?.[place] ?? null)
  for (const [place, text, probability] of set as readonly PlacedText[])
    places[place] = { text, probability, step }
  for (const place of cleared) places[place] = null
  return { step, steps, places }
}

/** The canvas as text, with a mark for each hole. */
export function canvasText({ places }: Pick<CanvasState, 'places'>): string {
  return places.map((place) => place?.text ?? holeMark).join('')
}
