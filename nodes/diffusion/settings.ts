import type { InputDefinition } from '@woolgather/engine'
import { diffusionOrders, diffusionSchedules, endRules } from '@woolgather/llama'
import { z } from 'zod'
import { constraintSchema } from '../steering/constraints/constraint-value.ts'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'

/** The model that sees both ways. */
export const diffuserInput = {
  type: 'model',
  title: 'Model',
  description: 'A diffusion model: LLaDA, Dream, RND1, or the demo’s diffuser.',
  schema: modelRecipeSchema,
  widget: 'none',
} as const satisfies InputDefinition

/** How holes are filled. */
export const fillingInputs = {
  steps: {
    type: 'integer',
    title: 'Steps',
    description:
      'How often the model looks at the whole canvas; each time some places are filled. As many as there are holes is best, fewer are faster.',
    schema: z.int().min(1).max(4096).default(64),
  },
  order: {
    type: 'text',
    title: 'Order',
    description:
      'Which places a step fills: those with the likeliest token (confidence), the least doubt (entropy) or the clearest lead (margin), any (random), or the leftmost (left), which writes best.',
    schema: z.enum(diffusionOrders).default('confidence'),
  },
  schedule: {
    type: 'text',
    title: 'Schedule',
    description:
      'How many places each step fills: linear, the same number; cosine, few at first; timestep, as the noise of training falls.',
    schema: z.enum(diffusionSchedules).default('linear'),
    advanced: true,
  },
  blockLength: {
    type: 'integer',
    title: 'Block length',
    description: 'Fills the canvas block by block of this many places, from the left. 0: all of it at once.',
    schema: z.int().min(0).max(65_536).default(0),
  },
  guidance: {
    type: 'number',
    title: 'Guidance',
    description:
      'How much the prompt counts: 1 is off, 1.5 to 2 is usual, above 3 text degrades. What papers on diffusion models call s is this minus 1.',
    schema: z.number().min(-10).max(20).default(1),
    widget: 'slider',
  },
  temperature: {
    type: 'number',
    title: 'Temperature',
    description: 'How freely words are chosen; 0 always takes the likeliest.',
    schema: z.number().min(0).max(5).default(0.7),
    widget: 'slider',
  },
  topK: {
    type: 'integer',
    title: 'Top-k',
    description: 'Keep the k likeliest tokens of a place; 0 off.',
    schema: z.int().min(0).max(1_000_000).default(0),
    advanced: true,
  },
  topP: {
    type: 'number',
    title: 'Top-p',
    description: 'Keep the likeliest tokens that together reach p; 1 off.',
    schema: z.number().min(0).max(1).default(1),
    advanced: true,
  },
  minP: {
    type: 'number',
    title: 'Min-p',
    description: 'Drop tokens less likely than p × the likeliest; 0 off.',
    schema: z.number().min(0).max(1).default(0),
    advanced: true,
  },
  polish: {
    type: 'integer',
    title: 'Polish',
    description:
      'Rounds after the last step in which the least likely tokens are masked and filled again. Each costs about twelve steps.',
    schema: z.int().min(0).max(20).default(0),
  },
  remask: {
    type: 'number',
    title: 'Re-mask',
    description:
      'After each step this share of what is filled is masked again, the least certain first and less with each step, so that a mistake can be mended. 0 off.',
    schema: z.number().min(0).max(1).default(0),
    advanced: true,
  },
  threshold: {
    type: 'number',
    title: 'Threshold',
    description:
      'A step fills everything that is more certain than this, and one place at least, so that easy texts take fewer steps. 1 off.',
    schema: z.number().min(0).max(1).default(1),
    advanced: true,
  },
  keepPrefix: {
    type: 'boolean',
    title: 'Keep prefix (approximate)',
    description:
      'What stands before a block, the prompt too, is read at the first step of the block and kept at the others: a quarter faster, and exact only for models that were trained block by block. LLaDA and Dream.',
    schema: z.boolean().default(false),
    advanced: true,
  },
} as const satisfies Record<string, InputDefinition>

export const endInput = {
  type: 'text',
  title: 'End',
  description:
    'When the text may end: last, where nothing else is left to choose; free, wherever that is likely, which makes short texts; never, the whole canvas is filled.',
  schema: z.enum(endRules).default('last'),
  advanced: true,
} as const satisfies InputDefinition

export const seedInput = {
  type: 'integer',
  title: 'Seed',
  description:
    'The same seed, canvas and settings give the same text, alone or beside others. Empty: drawn anew for each run.',
  schema: z.int().min(0).max(4_294_967_295).optional(),
  widget: 'seed',
} as const satisfies InputDefinition

export const constraintInput = {
  type: 'constraint',
  title: 'Constraint',
  description:
    'What is filled into each hole must match, as a whole. Such holes are filled from the left, a token a step.',
  schema: constraintSchema.optional(),
  widget: 'none',
} as const satisfies InputDefinition

export const keepFramesInput = {
  type: 'boolean',
  title: 'Keep frames',
  description: 'Gives the canvas after each step as a list of texts.',
  schema: z.boolean().default(false),
  advanced: true,
} as const satisfies InputDefinition

export interface Filling {
  steps: number
  order: (typeof diffusionOrders)[number]
  schedule: (typeof diffusionSchedules)[number]
  blockLength: number
  guidance: number
  temperature: number
  topK: number
  topP: number
  minP: number
  polish: number
  remask: number
  threshold: number
  keepPrefix: boolean
  end: (typeof endRules)[number]
}

export const filledOutputs = {
  canvas: { type: 'canvas', description: 'The canvas without holes.' },
  confidence: {
    type: 'list',
    description:
      'Each token with how likely the model found it when it was set, and in which step: null and 0 where it was given.',
  },
  frames: {
    type: 'list',
    description: 'The canvas after each step, ▒ for each hole, where frames are kept; else empty.',
  },
  steps: { type: 'integer', description: 'How many steps were taken.' },
  warnings: { type: 'list', description: 'What was not done as it stands here.', warns: true },
} as const

const fillingNames = [...(Object.keys(fillingInputs) as (keyof typeof fillingInputs)[]), 'end'] as const

/** The settings among a node's inputs. */
export function pickFilling(inputs: Filling): Filling {
  return Object.fromEntries(fillingNames.map((name) => [name, inputs[name]])) as unknown as Filling
}
