import { canvasSchema, loadKeyOf, mostPlaces } from '@woolgather/workflow'
import { z } from 'zod'
import { framingInputs, promptInput, specialParts } from '../generation/prompt-inputs.ts'
import { useModels } from '../generation/use-models.ts'
import { recipesOf } from '../generation/write-mix.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { blankCanvas, checkCanvas } from './canvas/open-canvas.ts'
import { fillFor } from './fill-for.ts'
import {
  constraintInput,
  diffuserInput,
  endInput,
  filledOutputs,
  fillingInputs,
  keepFramesInput,
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
    constraint: constraintInput,
    keepFrames: keepFramesInput,
  },
  outputs: { text: { type: 'text', description: 'What came out.' }, ...filledOutputs },
  holds: ({ model, prompt }) => recipesOf(model, prompt).map(loadKeyOf),
  fingerprint: ({ model, prompt }, { models }) =>
    Promise.all(recipesOf(model, prompt).map((recipe) => models.fingerprint(recipe))),
  run: (inputs, context) => {
    const { signal, services, progress } = context
    const { model: recipe, prompt, seed = context.seed } = inputs
    const framing = { ...inputs, special: specialParts(inputs.special, context.typed) }
    const loading = { signal, onProgress: progress }
    return useModels(services.models, recipesOf(recipe, prompt), loading, async (readyFor) => {
      const ready = readyFor(recipe)
      const canvas = inputs.canvas ?? (await blankCanvas(ready.model, inputs.length))
      await checkCanvas(ready.model, canvas)
      const filled = await fillFor({ ready, recipe, readyFor, canvas, context }, { ...framing, seed })
      const { likelihood: _, ...outputs } = filled
      return outputs
    })
  },
})
