import { carryInPng } from '@woolgather/workflow'
import { lastStep, placesAt, type SetToken } from '../../run/read-canvas.ts'
import { saveFile } from '../../session/files/save-file.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import { frameMs } from '../film-pace.ts'
import { animatePng } from './animate-png.ts'
import { drawCanvas } from './draw-canvas.ts'
import { describeExport } from './made-by.ts'
import { createMeasure, paintPicture } from './paint-picture.ts'

/** Frames of a film at most: of more steps some are left out. */
const mostFrames = 120
/** How long the finished text stays, in milliseconds. */
const endMs = 2_500

/**
 * Saves a text as it came out of its canvas: an animated picture that carries the workflow.
 * @param node its id in the graph that is drawn
 * @throws WoolgatherError where it is too large for a picture
 */
export async function saveFilm(
  editor: Editor,
  tab: Tab,
  node: string,
  title: string,
  tokens: readonly SetToken[],
): Promise<void> {
  const { fileName, workflow, ...titled } = await describeExport(editor, tab, [node], title)
  const measure = createMeasure()
  const final = tokens.map(({ text }) => text)
  const steps = stepsShown(lastStep(tokens))
  const stills: Uint8Array[] = []
  for (const step of steps) {
    const frame = { places: placesAt(tokens, step), final, step: step === steps.at(-1) ? 0 : step }
    stills.push(
      await paintPicture(drawCanvas({ ...titled, workflow: undefined }, frame, measure), undefined, [1]),
    )
  }
  const delays = steps.map((_, index) => (index === steps.length - 1 ? endMs : frameMs(steps.length)))
  const film = animatePng(stills, delays)
  saveFile(fileName, 'png', workflow === undefined ? film : carryInPng(film, workflow), 'image/png')
}

/** From 0 to the last, the last always. */
function stepsShown(last: number): number[] {
  const stride = Math.max(1, Math.ceil(last / mostFrames))
  const steps = Array.from({ length: Math.floor(last / stride) + 1 }, (_, index) => index * stride)
  return steps.at(-1) === last ? steps : [...steps, last]
}
