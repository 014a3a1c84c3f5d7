import type { ConstraintSource } from '@woolgather/constraint'
import type { NodeContext } from '@woolgather/engine'
import type { Canvas, MixLike, ModelRecipe } from '@woolgather/workflow'
import type { Framing } from '../generation/prompt-inputs.ts'
import type { ReadyModel } from '../services/services.ts'
import { explainConstraintError, loadConstraints } from '../steering/constraints/load-constraints.ts'
import { constrainHoles } from './canvas/fill-spans.ts'
import { fillCanvas, isUnprompted, writeCanvasPrompt, type Filled } from './fill-canvas.ts'
import { notesOf } from './notes.ts'
import { pickFilling, type Filling } from './settings.ts'

export interface FillPlace {
  ready: ReadyModel
  recipe: ModelRecipe
  readyFor: (recipe: ModelRecipe) => ReadyModel
  canvas: Canvas
  context: Pick<NodeContext<unknown>, 'signal' | 'progress' | 'canvas'>
}

export type FillAsked = Framing &
  Filling & {
    prompt: Exclude<MixLike, unknown[]>
    constraint?: ConstraintSource | undefined
    seed: number
    keepFrames: boolean
  }

/** Fills a canvas as a node was asked to: its outputs, and the mean log-probability of what was filled in. */
export async function fillFor(
  { ready, recipe, readyFor, canvas, context }: FillPlace,
  asked: FillAsked,
): Promise<Omit<Filled, 'capped' | 'kept'> & { warnings: string[] }> {
  const { model } = ready
  const { guidance, steps, seed, keepFrames, keepPrefix } = asked
  const written = await writeCanvasPrompt({ ...asked, ready }, { recipe, steps }, readyFor)
  const unprompted = isUnprompted(asked.prompt, asked)
  const constraints = await constrainHoles(ready, canvas, asked.constraint, written.prompt)
  const { capped, kept, ...outputs } = await fillCanvas({
    ready,
    canvas,
    prompt: written.prompt,
    settings: pickFilling({ ...asked, guidance: unprompted ? 1 : guidance }),
    constraints,
    seed,
    keepFrames,
    context,
  }).catch(async (error: unknown) => {
    throw explainConstraintError(await loadConstraints(), error, 'constraint')
  })
  const systemMoved = written.systemMoved === true
  const facts = { model, capped, keepPrefix, kept, steps: outputs.steps, guidance, unprompted, systemMoved }
  return { ...outputs, warnings: notesOf(facts) }
}
