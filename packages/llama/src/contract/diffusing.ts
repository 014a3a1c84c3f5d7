import type {
  AdapterUse,
  FinishingConstraint,
  PromptInput,
  PromptMix,
  Reproducibility,
  VectorUse,
} from './interface.ts'

/** By what the places are chosen that a step fills: the surest first, or at random, or from the left. */
export const diffusionOrders = ['confidence', 'margin', 'entropy', 'random', 'left'] as const
export type DiffusionOrder = (typeof diffusionOrders)[number]

/** How many places are filled after which share of the steps: evenly, few at first, or as the noise of training falls. */
export const diffusionSchedules = ['linear', 'cosine', 'timestep'] as const
export type DiffusionSchedule = (typeof diffusionSchedules)[number]

/** Whether tokens that end a text may be set: where nothing else is left to choose, wherever they are likely, or not at all. */
export const endRules = ['last', 'free', 'never'] as const
export type EndRule = (typeof endRules)[number]

/** How holes are filled. Every field has a default, which is what the samplers of the models' authors do. */
export interface DiffusionSettings {
  /** Default confidence. */
  order?: DiffusionOrder | undefined
  /** Default linear. */
  schedule?: DiffusionSchedule | undefined
  /** Holes are filled block by block of this many places, from the left; absent: all at once. */
  blockLength?: number | undefined
  /** 1 is off (default): else guidance × prompt + (1 − guidance) × the same canvas behind a prompt of masks. */
  guidance?: number | undefined
  /** 0 (default) takes the likeliest. */
  temperature?: number | undefined
  /** 0 is off (default). */
  topK?: number | undefined
  /** 1 is off (default). */
  topP?: number | undefined
  /** 0 is off (default). */
  minP?: number | undefined
  /** Default last. */
  end?: EndRule | undefined
  /** Rounds in which the least likely tokens are masked and filled again (default 0). */
  polish?: number | undefined
  /** After each step this share of what is filled is masked again, less with each step (default 0). */
  remask?: number | undefined
  /** A step also fills what is likelier than this, so that it takes fewer; 1 is off (default). */
  threshold?: number | undefined
  /**
   * What stands before a block is read at its first step and kept at the others, where the model is read with memory
   * (`DiffusionInfo.remembers`). Approximate: at the others it does not see what is filled in, as it would of a model that
   * was trained block by block. Default false.
   */
  keepPrefix?: boolean | undefined
  /** Added to logits; −Infinity forbids the token. */
  logitBias?: readonly { token: number; bias: number }[] | undefined
}

export interface DiffuseRequest extends DiffusionSettings {
  /** What stands before the canvas. Coefficients that change with the step count steps of denoising. */
  prompt: PromptInput | PromptMix
  /** Tokens that stay, and null where there is a hole. At least one place. */
  canvas: readonly (number | null)[]
  /** Decode calls of each term: at most one for each hole, unless tokens are masked again. From 1 up. */
  steps: number
  /** Holes whose text must match, from `from` up to `to`: they are filled from the left, a token a step. */
  constraints?: readonly CanvasConstraint[] | undefined
  /** 0…2³²−1. Noise is drawn by seed, place and step: nothing else that runs changes it. */
  seed: number
  adapters?: readonly AdapterUse[] | undefined
  vectors?: readonly VectorUse[] | undefined
  signal?: AbortSignal | undefined
  /** After each step, the places that changed. */
  onStep?: ((change: CanvasChange) => void) | undefined
}

export interface CanvasConstraint {
  /** Places that are all holes, and that no other constraint has. */
  from: number
  to: number
  /** One object serves one canvas. */
  constraint: FinishingConstraint
}

export interface CanvasChange {
  /** From 1 to `steps`. */
  step: number
  steps: number
  set: readonly PlacedToken[]
  /** Places that were masked again. */
  cleared: readonly number[]
}

export interface PlacedToken {
  place: number
  token: number
  /** What the model gave the token where it was set, at temperature 1. */
  probability: number
}

export interface DiffuseResult {
  /** The canvas without holes. */
  canvas: number[]
  /** For each place what the model gave its token when it was set; null where it was there before. */
  probabilities: (number | null)[]
  /** Steps taken, those of polishing with them. */
  steps: number
  /** Fewer steps were taken than asked for: there were fewer holes. */
  capped: boolean
  /** `keepPrefix` was asked for and could be done. */
  kept: boolean
  reproducible: Reproducibility
}
