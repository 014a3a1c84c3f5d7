import { canvasSchema, loadKeyOf, type Canvas } from '@woolgather/workflow'
import { z } from 'zod'
import { framingInputs, promptInput, specialParts } from '../generation/prompt-inputs.ts'
import { useModels } from '../generation/use-models.ts'
import { recipesOf } from '../generation/write-mix.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { checkCanvas } from './canvas/open-canvas.ts'
import { fillFor } from './fill-for.ts'
import {
  constraintInput,
  diffuserInput,
  filledOutputs,
  fillingInputs,
  keepFramesInput,
  seedInput,
} from './settings.ts'

export const inpaint: WoolgatherNode = defineNode({
  type: 'diffusion/inpaint',
  version: 1,
  title: 'Inpaint',
  description: 'Fills the holes of a canvas; everything else stays as it is, to the byte.',
  resource: 'model',
  inputs: {
    model: diffuserInput,
    canvas: {
      type: 'canvas',
      title: 'Canvas',
      description: 'A text with holes: from “Mask”, “Renoise” or “Canvas template”.',
      schema: canvasSchema,
      widget: 'none',
    },
    prompt: {
      ...promptInput,
      description: 'What the whole text answers: text, or a mix of prompts. It may be empty.',
    },
    ...framingInputs,
    seed: seedInput,
    ...fillingInputs,
    steps: {
      type: 'integer',
      title: 'Steps',
      description: 'How often the model looks at the whole canvas. Empty: once for each hole, which is best.',
      schema: z.int().min(1).max(4096).optional(),
    },
    order: { ...fillingInputs.order, schema: fillingInputs.order.schema.default('left') },
    lengths: {
      type: 'list',
      title: 'Lengths',
      description:
        'Tries each hole longer or shorter by these numbers of tokens (−2, 0, 2), and keeps what the model found likeliest.',
      schema: z.array(z.int().min(-1000).max(1000)).max(32).default([]),
    },
    constraint: constraintInput,
    keepFrames: keepFramesInput,
  },
  outputs: {
    text: { type: 'text', description: 'The text with its holes filled.' },
    ...filledOutputs,
    length: {
      type: 'integer',
      description: 'By how many tokens each hole was made longer, where lengths were tried.',
    },
  },
  holds: ({ model, prompt }) => recipesOf(model, prompt).map(loadKeyOf),
  fingerprint: ({ model, prompt }, { models }) =>
    Promise.all(recipesOf(model, prompt).map((recipe) => models.fingerprint(recipe))),
  run: (inputs, context) => {
    const { signal, services, progress } = context
    const { model: recipe, prompt, seed = context.seed, canvas } = inputs
    const framing = { ...inputs, special: specialParts(inputs.special, context.typed) }
    const loading = { signal, onProgress: progress }
    return useModels(services.models, recipesOf(recipe, prompt), loading, async (readyFor) => {
      const ready = readyFor(recipe)
      await checkCanvas(ready.model, canvas)
      const tries: { outputs: Awaited<ReturnType<typeof fillFor>>; length: number }[] = []
      for (const length of inputs.lengths.length === 0 ? [0] : new Set(inputs.lengths)) {
        const resized = resize(canvas, length)
        const steps = inputs.steps ?? Math.max(1, countHoles(resized))
        const asked = { ...framing, seed, end: 'never' as const, steps }
        tries.push({
          outputs: await fillFor({ ready, recipe, readyFor, canvas: resized, context }, asked),
          length,
        })
      }
      const [best] = tries.toSorted((a, b) => b.outputs.likelihood - a.outputs.likelihood)
      const { likelihood: _, ...outputs } = best!.outputs
      return { ...outputs, length: best!.length }
    })
  },
})

function resize(canvas: Canvas, by: number): Canvas {
  const parts = canvas.parts.map((part) =>
    'hole' in part ? { ...part, hole: Math.max(1, part.hole + by) } : part,
  )
  return { ...canvas, parts }
}

function countHoles({ parts }: Canvas): number {
  return parts.reduce((sum, part) => sum + ('hole' in part ? part.hole : 0), 0)
}
