import { shuffled, type Example } from '@woolgather/train'
import { WoolgatherError, type LoraRecipe, type Table } from '@woolgather/workflow'
import { z } from 'zod'
import { loraRecipeSchema, modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type TrainRequest, type WoolgatherNode } from '../services/services.ts'
import { parseLayers } from '../steering/vectors/layer-range.ts'
import { datasetSchema, examplesOf, type DatasetValue } from './dataset/dataset-value.ts'
import { sourceOf } from './lora-value.ts'
import { drawCurves } from './training/draw-curves.ts'
import { showUpdates } from './training/show-updates.ts'
import { readTargets } from './training/targets.ts'

/** Evaluations of a whole training, where nothing else is said. */
const evaluations = 20

export const trainLora: WoolgatherNode = defineNode({
  type: 'lora/train',
  version: 2,
  title: 'Train LoRA',
  description:
    'Teaches a model from examples, as a LoRA: a small file that changes how it writes. The model itself stays as it is, quantised or not.',
  resource: 'training',
  endsEarly: 'Stop and keep the best',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'What is taught. LoRAs that are applied to it belong to it here.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    dataset: {
      type: 'dataset',
      title: 'Dataset',
      description: 'What it learns from, made with the same model.',
      schema: datasetSchema,
      widget: 'none',
    },
    from: {
      type: 'lora',
      title: 'Go on from',
      description: 'A LoRA to begin with, of the same rank; empty: a new one.',
      schema: loraRecipeSchema.optional(),
      widget: 'none',
    },
    rank: {
      type: 'integer',
      title: 'Rank',
      description: 'How much it can learn, and how large it gets: 4 to 8 for a style, 16 to 64 for more.',
      schema: z.int().min(1).max(512).default(8),
    },
    alpha: {
      type: 'number',
      title: 'Alpha',
      description: 'How much it counts: alpha / rank. Once or twice the rank is usual.',
      schema: z.number().positive().max(4_096).default(16),
    },
    targets: {
      type: 'text',
      title: 'Targets',
      description:
        'What is changed: all, attention, feed-forward, or names: q, k, v, output, gate, up, down (or q_proj, …); of Phi-3 qkv, output, up, down.',
      schema: z.string().default('all'),
      advanced: true,
    },
    layers: {
      type: 'text',
      title: 'Layers',
      description: 'Blocks that are changed: 3, 2-5, 8-. Empty: all.',
      schema: z.string().default(''),
      advanced: true,
    },
    learningRate: {
      type: 'number',
      title: 'Learning rate',
      description: 'How far each step goes. 0.0002 is usual; small models and few examples take more.',
      schema: z.number().positive().max(1).default(2e-4),
    },
    schedule: {
      type: 'text',
      title: 'Schedule',
      description: 'How the learning rate falls towards the end.',
      schema: z.enum(['linear', 'cosine', 'constant']).default('linear'),
      advanced: true,
    },
    warmup: {
      type: 'number',
      title: 'Warm-up',
      description: 'Steps in which the learning rate rises; below 1: a share of all steps.',
      schema: z.number().min(0).max(100_000).default(0.05),
      advanced: true,
    },
    epochs: {
      type: 'number',
      title: 'Epochs',
      description: 'How often every example is learnt from.',
      schema: z.number().positive().max(10_000).default(3),
    },
    steps: {
      type: 'integer',
      title: 'Steps',
      description: 'How many steps are taken; wins over epochs.',
      schema: z.int().min(1).max(1_000_000).optional(),
    },
    batch: {
      type: 'integer',
      title: 'Batch',
      description: 'Examples that are computed together. More take more memory.',
      schema: z.int().min(1).max(1_024).default(4),
    },
    accumulate: {
      type: 'integer',
      title: 'Accumulate',
      description: 'Batches of one step: as if the batch were so many times larger, without its memory.',
      schema: z.int().min(1).max(1_024).default(1),
      advanced: true,
    },
    evaluate: {
      type: 'number',
      title: 'Held back',
      description: 'Share of the examples that is not learnt but evaluated on, e.g. 0.1.',
      schema: z.number().min(0).max(0.9).default(0),
    },
    sampleEvery: {
      type: 'integer',
      title: 'Sample every',
      description: 'Steps after which the half-trained LoRA writes a sample; 0: never.',
      schema: z.int().min(0).default(0),
      advanced: true,
    },
    samplePrompt: {
      type: 'text',
      title: 'Sample prompt',
      description: 'What it is asked for samples.',
      schema: z.string().default(''),
      widget: 'textarea',
      advanced: true,
    },
    keep: {
      type: 'text',
      title: 'Keep',
      description: 'Which LoRA is the result: the one that did best on what was held back, or the last.',
      schema: z.enum(['best', 'last']).default('best'),
      advanced: true,
    },
    rankStabilised: {
      type: 'boolean',
      title: 'Rank-stabilised',
      description: 'Counts alpha / √rank instead: for high ranks.',
      schema: z.boolean().default(false),
      advanced: true,
    },
    dropout: {
      type: 'number',
      title: 'Dropout',
      description:
        'Share of what it reads that the LoRA is blind to, others in each step, so that it learns less by heart: 0.05 to 0.1 where examples are few.',
      schema: z.number().min(0).max(0.9).default(0),
      advanced: true,
    },
    weightDecay: {
      type: 'number',
      title: 'Weight decay',
      description: 'Share of the LoRA that each step takes off, times the learning rate.',
      schema: z.number().min(0).max(1).default(0),
      advanced: true,
    },
    clip: {
      type: 'number',
      title: 'Clip',
      description: 'Longer gradients are shortened to this; 0: never.',
      schema: z.number().min(0).max(1_000).default(1),
      advanced: true,
    },
    seed: {
      type: 'integer',
      title: 'Seed',
      description: 'Order of the examples, which are held back, and where the LoRA begins.',
      schema: z.int().min(0).max(4_294_967_295).default(0),
      widget: 'seed',
      advanced: true,
    },
  },
  outputs: {
    lora: { type: 'lora', description: 'What was learnt, to be applied, baked, combined or saved.' },
    loss: {
      type: 'number',
      description: 'Mean of −log p per learnt token over the last ten steps; lower is closer.',
    },
    evaluationLoss: {
      type: 'number',
      description: 'The same, of what was held back; where nothing was, of the examples after training.',
    },
    history: { type: 'table', description: 'A row for each step.' },
    curves: { type: 'json', description: 'Its losses as a chart.' },
    warnings: {
      type: 'list',
      description: 'A base that has changed since a LoRA was trained on it, or since this was interrupted.',
      warns: true,
    },
  },
  fingerprint: async ({ model, from }, { models, weights }) => [
    await models.fingerprint(model),
    from === undefined ? null : await weights.fingerprintLora(from),
  ],
  async run(inputs, { services, signal, enough, progress, token, chart }) {
    const { model, dataset, from, samplePrompt } = inputs
    const { examples, held } = holdBack(readExamples(dataset), inputs)
    const { batch, accumulate, epochs } = inputs
    const steps = inputs.steps ?? Math.max(1, Math.ceil((epochs * examples.length) / (batch * accumulate)))
    const settings = {
      ...{
        rank: inputs.rank,
        alpha: inputs.alpha,
        rankStabilised: inputs.rankStabilised,
        dropout: inputs.dropout,
      },
      ...{ targets: readTargets(inputs.targets), layers: parseLayers(inputs.layers, 0, 999, 'layers') },
      ...{ learningRate: inputs.learningRate, schedule: inputs.schedule, steps, batch, accumulate },
      warmup: Math.min(
        steps,
        inputs.warmup < 1 ? Math.ceil(inputs.warmup * steps) : Math.round(inputs.warmup),
      ),
      ...{ weightDecay: inputs.weightDecay, clip: inputs.clip, seed: inputs.seed },
    }
    const request: TrainRequest = {
      ...{ model, examples, held, settings, dataset: dataset.sha256 },
      ...(from && { from: { ...sourceOf(from), strength: from.strength } }),
      evaluateEvery: Math.max(1, Math.ceil(steps / evaluations)),
      sampleEvery: samplePrompt === '' ? 0 : inputs.sampleEvery,
      keep: inputs.keep,
      metadata: {},
    }
    const evaluateEvery = held.length > 0 ? request.evaluateEvery : undefined
    await using shown = showUpdates({
      ...{ services, signal, progress, token, chart, model, samplePrompt, steps, evaluateEvery },
    })
    const trained = await services.training.train(request, { signal, enough, onUpdate: shown.onUpdate })
    const lora: LoraRecipe = { kind: 'lora', trained: trained.sha256, strength: 1 }
    const history: Table = {
      columns: ['step', 'loss', 'evaluationLoss', 'learningRate', 'tokensPerSecond'],
      rows: trained.history.map((row) => [
        row.step,
        row.loss,
        row.evaluationLoss,
        row.learningRate,
        Math.round(row.tokensPerSecond),
      ]),
    }
    const { loss, evaluationLoss } = trained
    return {
      lora,
      loss,
      evaluationLoss,
      history,
      curves: drawCurves(trained.history, evaluateEvery),
      warnings: trained.warnings,
    }
  },
})

/** @throws WoolgatherError invalid-input */
function readExamples(dataset: DatasetValue): Example[] {
  try {
    return examplesOf(dataset)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new WoolgatherError('invalid-input', cause.message, { input: 'dataset', cause })
  }
}

/** @throws WoolgatherError invalid-input where nothing would be left to learn from */
function holdBack(
  all: readonly Example[],
  { evaluate, seed }: { evaluate: number; seed: number },
): { examples: Example[]; held: Example[] } {
  if (evaluate === 0) return { examples: [...all], held: [] }
  const count = Math.max(1, Math.round(all.length * evaluate))
  if (count >= all.length) {
    throw new WoolgatherError('invalid-input', `Of ${all.length} examples none are left to learn from.`, {
      input: 'evaluate',
      hint: 'Hold back less, or give more examples.',
    })
  }
  const order = shuffled(all.length, seed, heldRound).map((index) => all[index]!)
  return { held: order.slice(0, count), examples: order.slice(count) }
}

/** A round that no epoch has. */
const heldRound = -2
