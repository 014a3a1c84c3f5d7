import { findDirection, MergeError, type DirectionMethod, type StatePair } from '@woolgather/merge'
import { loadKeyOf, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { framingInputs, specialParts } from '../generation/prompt-inputs.ts'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { parseLayers } from './vectors/layer-range.ts'
import { measureStrength, type TrainedBlock } from './vectors/measure-strength.ts'
import { readPairs } from './vectors/read-pairs.ts'
import { linesSchema, pairTexts } from './vectors/training-pairs.ts'
import { vectorValue } from './vectors/vector-value.ts'

const methods = ['mean', 'pca-diff', 'pca-diff-centered', 'pca-center'] as const satisfies DirectionMethod[]

export const controlVector: WoolgatherNode = defineNode({
  type: 'steering/control-vector',
  version: 2,
  title: 'Train control vector',
  description:
    'Finds the direction in which a model’s thoughts differ between two kinds of texts, such as happy and gloomy ones.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Which model to train it on, and for.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    positive: {
      type: 'list',
      title: 'Positive',
      description: 'Where the vector leads to: prompts, texts, or words for the templates. One a line.',
      schema: linesSchema,
      widget: 'textarea',
    },
    negative: {
      type: 'list',
      title: 'Negative',
      description: 'The opposite of each, in the same order.',
      schema: linesSchema,
      widget: 'textarea',
    },
    templates: {
      type: 'list',
      title: 'Templates',
      description: 'Sentences with {{word}} in them, one a line: every word goes into every one.',
      schema: linesSchema.default([]),
      widget: 'code',
      language: 'template',
    },
    repeat: {
      type: 'integer',
      title: 'Repeat',
      description: 'How often each pair is answered, differently each time.',
      schema: z.int().min(1).max(1_000).default(1),
    },
    read: {
      type: 'text',
      title: 'Read',
      description:
        'answer: the model answers each prompt, and what it thinks while writing counts. text: what it thinks while reading the texts as they stand.',
      schema: z.enum(['answer', 'text']).default('answer'),
    },
    answerTokens: {
      type: 'integer',
      title: 'Answer tokens',
      description: 'Longest answer.',
      schema: z.int().min(1).max(4_096).default(32),
      advanced: true,
    },
    pooling: {
      type: 'text',
      title: 'Tokens',
      description: 'mean: all tokens of a text count; last: the last one alone.',
      schema: z.enum(['mean', 'last']).default('mean'),
      advanced: true,
    },
    method: {
      type: 'text',
      title: 'Method',
      description:
        'mean of the differences is the surest. pca-diff: their main direction; pca-center: that of both around their middle (repeng’s pca_center); pca-diff-centered: around their mean, which loses what all pairs share.',
      schema: z.enum(methods).default('mean'),
    },
    length: {
      type: 'text',
      title: 'Length',
      description:
        'What blocks get beside each other. difference: each as far as positive and negative texts lie apart in it; unit: the same length in every block, as llama.cpp and repeng train them.',
      schema: z.enum(['difference', 'unit']).default('difference'),
      advanced: true,
    },
    scale: {
      type: 'text',
      title: 'Scale',
      description:
        'measured: strength 1 is as much as the model takes while it still finds likely what it writes by itself, so that it means the same on every model; it takes some texts that it writes and reads. raw: strength 1 adds to every block all that “length” says, which is far too much for models of many blocks.',
      schema: z.enum(['measured', 'raw']).default('measured'),
      advanced: true,
    },
    layers: {
      type: 'text',
      title: 'Blocks',
      description: 'Which blocks: 2-5, or several with commas. Empty: all that can be steered, from 1 on.',
      schema: z.string().default(''),
      advanced: true,
    },
    system: framingInputs.system,
    template: framingInputs.template,
    jinja: framingInputs.jinja,
    special: framingInputs.special,
    seed: {
      type: 'integer',
      title: 'Seed',
      description: 'Of the answers.',
      schema: z.int().min(0).max(4_294_967_295).default(1),
      widget: 'seed',
    },
  },
  outputs: {
    vector: { type: 'vector', description: 'The vector, for “Steer”.' },
    layers: { type: 'list', description: 'The blocks that it has a direction for.' },
    pairs: { type: 'integer', description: 'How many pairs it was trained from.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: (inputs, { services, signal, progress, typed }) => {
    const pairs = pairTexts(inputs.positive, inputs.negative, inputs.templates, inputs.repeat)
    return services.models.use(inputs.model, { signal, onProgress: progress }, async (ready) => {
      const last = ready.model.info.layers - 1
      const framing = {
        ...inputs,
        special: specialParts(inputs.special, typed, ['positive', 'negative', 'templates']),
      }
      const layers = parseLayers(inputs.layers, 1, last, 'layers')
      const states = await readPairs(ready, pairs, {
        ...inputs,
        // What a vector is worth shows at the last block.
        layers: inputs.scale === 'measured' ? [...new Set([...layers, last])] : layers,
        framing,
        signal,
        onProgress: (done, total) => progress(done, total, 'texts'),
      })
      const blocks = new Map([...states].map(([layer, found]) => [layer, blockOf(found, inputs)]))
      const { architecture } = ready.model.info
      const raw = {
        architecture,
        directions: new Map(layers.map((layer) => [layer, blocks.get(layer)!.direction])),
      }
      const vector =
        inputs.scale === 'raw'
          ? raw
          : await measureStrength(ready, raw, blocks, { framing, signal, onProgress: progress })
      return { vector: vectorValue(vector), layers, pairs: pairs.length }
    })
  },
})

/** What a block's states say: which way, and how far its positive and negative states lie apart along it. */
function blockOf(
  pairs: readonly StatePair[],
  { method, length }: { method: DirectionMethod; length: 'difference' | 'unit' },
): TrainedBlock {
  const unit = directionOf(pairs, method)
  const distances = distancesAlong(pairs, unit)
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length
  const scale = length === 'unit' ? 1 : mean
  return {
    unit,
    direction: unit.map((value) => value * scale),
    apart: Math.hypot(...distances) / Math.sqrt(distances.length),
  }
}

function directionOf(pairs: readonly StatePair[], method: DirectionMethod): Float32Array {
  try {
    return findDirection(pairs, method)
  } catch (error) {
    if (!(error instanceof MergeError)) throw error
    throw new WoolgatherError('invalid-input', `${error.message}.`, {
      input: 'positive',
      hint: 'Give texts that differ, and more of them.',
      cause: error,
    })
  }
}

/** How far the positive state of each pair lies from the negative one along a direction. */
function distancesAlong(pairs: readonly StatePair[], direction: Float32Array): number[] {
  return pairs.map(({ positive, negative }) =>
    direction.reduce((sum, value, index) => sum + value * (positive[index]! - negative[index]!), 0),
  )
}
