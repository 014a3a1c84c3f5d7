import { canvasSchema, loadKeyOf, mostPlaces } from '@woolgather/workflow'
import { z } from 'zod'
import { framingInputs, promptInput, specialParts } from '../generation/prompt-inputs.ts'
import { useModels } from '../generation/use-models.ts'
import { recipesOf } from '../generation/write-mix.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { blankCanvas, checkCanvas } from './canvas/open-canvas.ts'
import { fillCanvas, isUnprompted, writeCanvasPrompt } from './fill-canvas.ts'
import { notesOf } from './notes.ts'
import {
  diffuserInput,
  endInput,
  filledOutputs,
  fillingInputs,
  keepFramesInput,
  pickFilling,
  seedInput,
} from './settings.ts'

export const diffuse: WoolgatherNode = defineNode({
  type: 'diffusion/diffuse',
  version: 1,
  title: 'Diffuse',
  description:
    'Lets a text come out of the noise: a canvas of masks is filled in steps, each of which sees all of it.',
  resource: 'model',
  inputs: {
    model: diffuserInput,
    prompt: promptInput,
    ...framingInputs,
    length: {
      type: 'integer',
      title: 'Length',
      description: 'Tokens of the canvas: the longest text. A multiple of 16 is what models learned.',
      schema: z.int().min(1).max(mostPlaces).default(80),
    },
    canvas: {
      type: 'canvas',
      title: 'Canvas',
      description: 'What is there already, in place of an empty canvas of that length.',
      schema: canvasSchema.optional(),
      widget: 'none',
    },
    seed: seedInput,
    ...fillingInputs,
    end: endInput,
    keepFrames: keepFramesInput,
  },
  outputs: { text: { type: 'text', description: 'What came out.' }, ...filledOutputs },
  holds: ({ model, prompt }) => recipesOf(model, prompt).map(loadKeyOf),
  fingerprint: ({ model, prompt }, { models }) =>
    Promise.all(recipesOf(model, prompt).map((recipe) => models.fingerprint(recipe))),
  run: (inputs, context) => {
    const { signal, services, progress } = context
    const { model: recipe, prompt, keepFrames, seed = context.seed, steps, guidance } = inputs
    const framing = { ...inputs, special: specialParts(inputs.special, context.typed) }
    const loading = { signal, onProgress: progress }
    return useModels(services.models, recipesOf(recipe, prompt), loading, async (readyFor) => {
      const ready = readyFor(recipe)
      const { model } = ready
      const canvas = inputs.canvas ?? (await blankCanvas(model, inputs.length))
      await checkCanvas(model, canvas)
      const written = await writeCanvasPrompt({ ...framing, ready, prompt }, { recipe, steps }, readyFor)
      const unprompted = isUnprompted(prompt, framing)
      const settings = { ...inputs, guidance: unprompted ? 1 : guidance }
      const filled = await fillCanvas({
        ready,
        canvas,
        prompt: written.prompt,
        settings: pickFilling(settings),
        seed,
        keepFrames,
        context,
      })
      const { capped, ...outputs } = filled
      const systemMoved = written.systemMoved === true
      const notes = notesOf({ model, capped, steps: filled.steps, guidance, unprompted, systemMoved })
      return { ...outputs, warnings: notes }
    })
  },
})
