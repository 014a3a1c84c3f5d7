import { vectorSchema, WoolgatherError, type VectorValue } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { parseLayers } from './vectors/layer-range.ts'
import { keepBlocks } from './vectors/measured-strength.ts'
import { readVectorValue, vectorValue } from './vectors/vector-value.ts'

export const steer: WoolgatherNode = defineNode({
  type: 'steering/steer',
  version: 2,
  title: 'Steer',
  description:
    'A model with a control vector: at every token, the vector is added to what its blocks put out. Several add up.',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'The model that the vector was trained on.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    vector: {
      type: 'vector',
      title: 'Vector',
      description: 'Which way.',
      schema: vectorSchema,
      widget: 'none',
    },
    strength: {
      type: 'number',
      title: 'Strength',
      description:
        'How far: 0 nothing, below 0 the opposite way. At 1, vectors trained here show clearly, and the model still writes well; beyond 2 text falls apart. Vectors of other tools count as they are, and a model of many blocks may want 0.05.',
      schema: z.number().min(-1_000).max(1_000).default(1),
    },
    layers: {
      type: 'text',
      title: 'Blocks',
      description:
        'Where: 2-5, or several with commas. Empty: every block that the vector has a direction for. Fewer blocks get more each, so that 1 stays what it is.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: { model: { type: 'model', description: 'The model, steered.' } },
  run: ({ model, vector, strength, layers }) => {
    const use = { vector: inLayers(vector, layers), strength }
    return { model: { ...model, vectors: [...(model.vectors ?? []), use] } }
  },
})

function inLayers(value: VectorValue, layers: string): VectorValue {
  if (layers.trim() === '') return value
  const vector = readVectorValue(value)
  const known = [...vector.directions.keys()]
  const chosen = new Set(parseLayers(layers, Math.min(...known), Math.max(...known), 'layers'))
  const kept = known.filter((layer) => chosen.has(layer))
  if (kept.length > 0) return vectorValue(keepBlocks(vector, kept))
  throw new WoolgatherError('invalid-input', `The vector has no direction for the blocks ${layers}.`, {
    input: 'layers',
    hint: `It has some for ${known.join(', ')}.`,
  })
}
