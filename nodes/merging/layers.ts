import { WoolgatherError, type MergeSlice } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { mergeValue } from './merge-value.ts'

export const layers: WoolgatherNode = defineNode({
  type: 'merging/layers',
  version: 1,
  title: 'Stack layers',
  description:
    'A model put together of layers of others (“frankenmerge”): repeated, left out, or from several models. Their layers must be of one size.',
  inputs: {
    models: {
      type: 'model',
      title: 'Models',
      description:
        'Where layers are taken from, counted from 1. Embeddings come with the first line, the output layer with the last.',
      schema: modelRecipeSchema,
      multiple: true,
    },
    layers: {
      type: 'text',
      title: 'Layers',
      description:
        'A line for each run of layers, from the first layer of the result to its last: 1: 0-15 takes layers 0 to 15 of model 1, both included; 2: 8-23 * 0.5 halves their weights.',
      schema: z.string().min(1, 'say which layers to take'),
      widget: 'textarea',
    },
  },
  outputs: {
    model: { type: 'model', description: 'The stack, made when something needs it.' },
    count: { type: 'integer', description: 'How many layers it has.' },
  },
  run({ models, layers: text }) {
    const slices = parseSlices(text, models.length)
    return {
      model: mergeValue({
        method: 'passthrough',
        models: models.map((model) => ({ model, parameters: {} })),
        parameters: {},
        slices,
        vocabulary: 'same',
        outputType: 'auto',
      }),
      count: slices.reduce((sum, { sources: [source] }) => sum + source!.to - source!.from, 0),
    }
  },
})

/** @throws WoolgatherError invalid-input */
function parseSlices(text: string, models: number): MergeSlice[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.map((line) => {
    const [, model, from, to, scale] =
      /^(\d+)\s*:\s*(\d+)(?:\s*[-–]\s*(\d+))?(?:\s*[*×x]\s*(-?[\d.]+))?$/.exec(line) ?? []
    const last = Number(to ?? from)
    if (model === undefined || (scale !== undefined && !Number.isFinite(Number(scale)))) {
      throw wrong(`“${line}” does not say which layers to take.`)
    }
    if (Number(model) < 1 || Number(model) > models) {
      throw wrong(
        `“${line}” takes layers of model ${model}, and there ${models === 1 ? 'is 1 model' : `are ${models} models`}.`,
      )
    }
    if (last < Number(from)) throw wrong(`“${line}” ends before it begins.`)
    return {
      sources: [
        {
          model: Number(model) - 1,
          from: Number(from),
          to: last + 1,
          ...(scale !== undefined && { parameters: { scale: Number(scale) } }),
        },
      ],
    }
  })
}

function wrong(message: string): WoolgatherError {
  return new WoolgatherError('invalid-input', message, {
    input: 'layers',
    hint: 'Write lines such as 1: 0-15, the number of the model and its first and last layer, counted from 0.',
  })
}
