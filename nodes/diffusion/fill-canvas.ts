import type { DiffuseRequest } from '@woolgather/llama'
import { asMix, type Canvas, type MixLike } from '@woolgather/workflow'
import type { Framing } from '../generation/prompt-inputs.ts'
import { writeRequest, type WrittenRequest } from '../generation/write-mix.ts'
import { writeTerm } from '../generation/write-prompt.ts'
import type { ReadyModel } from '../services/services.ts'
import type { NodeContext } from '@woolgather/engine'
import { closeCanvas } from './canvas/close-canvas.ts'
import { placesOf } from './canvas/open-canvas.ts'
import { showTokens } from './canvas/token-texts.ts'
import type { Filling } from './settings.ts'
import { CanvasWatch } from './watch-canvas.ts'

export interface FillInput {
  ready: ReadyModel
  canvas: Canvas
  prompt: DiffuseRequest['prompt']
  settings: Filling
  constraints: DiffuseRequest['constraints']
  seed: number
  keepFrames: boolean
  context: Pick<NodeContext<unknown>, 'signal' | 'progress' | 'canvas'>
}

export interface Filled {
  text: string
  canvas: Canvas
  confidence: { text: string; probability: number | null; step: number }[]
  frames: string[]
  steps: number
  capped: boolean
  /** The prefix was to be kept, and was. */
  kept: boolean
  /** Mean log-probability of what was filled in; 0 where nothing was. */
  likelihood: number
}

/** Fills the holes of a canvas, and tells each step. */
export async function fillCanvas(input: FillInput): Promise<Filled> {
  const { ready, canvas, settings, context } = input
  const { model, adapters, vectors } = ready
  const places = placesOf(canvas)
  const show = await showTokens(model)
  const watch = new CanvasWatch({
    tell: context.canvas,
    show,
    keepFrames: input.keepFrames,
    size: places.length,
  })
  watch.begin(places, settings.steps)
  const { blockLength, ...rest } = settings
  const result = await model.diffuse({
    ...rest,
    ...(blockLength > 0 && { blockLength }),
    prompt: input.prompt,
    constraints: input.constraints,
    canvas: places,
    seed: input.seed,
    adapters,
    vectors,
    signal: context.signal,
    onStep: (change) => {
      watch.add(change)
      context.progress(change.step, change.steps, 'steps')
    },
  })
  const { confidence, frames } = watch
  const closed = await closeCanvas(model, canvas, result.canvas)
  const { steps, capped, kept, probabilities } = result
  return { ...closed, confidence, frames, steps, capped, kept, likelihood: meanLog(probabilities) }
}

function meanLog(probabilities: readonly (number | null)[]): number {
  const set = probabilities.filter((probability) => probability !== null)
  return set.reduce((sum, probability) => sum + Math.log(probability), 0) / Math.max(1, set.length)
}

/** As `writeRequest`; an empty prompt is one, too: what a canvas says is enough to go by. */
export async function writeCanvasPrompt(
  { ready, prompt, ...framing }: Framing & { ready: ReadyModel; prompt: Exclude<MixLike, unknown[]> },
  { recipe, steps }: { recipe: Parameters<typeof writeRequest>[0]; steps: number },
  readyFor: Parameters<typeof writeRequest>[3],
): Promise<Pick<WrittenRequest, 'prompt' | 'systemMoved'>> {
  const { terms } = asMix(prompt)
  const isEmpty = terms.length === 1 && terms[0]?.prompt === '' && (framing.messages?.length ?? 0) === 0
  if (isEmpty) return await writeTerm(ready.model, '', framing)
  return await writeRequest(recipe, { ...framing, prompt }, { maxTokens: steps }, readyFor)
}

/** Whether there is nothing that guidance could go by. */
export function isUnprompted(
  prompt: Exclude<MixLike, unknown[]>,
  { messages = [], system }: Framing,
): boolean {
  return asMix(prompt).terms.every((term) => term.prompt === '') && messages.length === 0 && system === ''
}
