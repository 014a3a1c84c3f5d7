/** How a LoRA is trained. */
export interface TrainSettings {
  rank: number
  alpha: number
  /** The scale is α / √rank rather than α / rank. */
  rankStabilised: boolean
  /** Share of what it reads that an adapter is blind to, others in each batch, so that it does not rely on single numbers. */
  dropout: number
  /** Tensors without `blk.N.` and `.weight`: `attn_q`, `ffn_down`. */
  targets: readonly string[]
  /** Blocks, numbered from 0. */
  layers: readonly number[]
  learningRate: number
  schedule: 'constant' | 'linear' | 'cosine'
  /** Steps in which the learning rate rises to its height. */
  warmup: number
  steps: number
  /** Examples of one computation, and how many computations make a step. */
  batch: number
  accumulate: number
  /** Share of its weights that AdamW takes off at each step, times the learning rate. */
  weightDecay: number
  /** Length of the gradient above which it is shortened to that; 0: never. */
  clip: number
  seed: number
  /** Computes blocks again for their gradients, rather than keeping all in memory. */
  checkpoints: boolean
}

/** Of the learning rate, at a step counted from 1: rises, then falls as chosen. */
export function rateAt(
  {
    learningRate,
    schedule,
    warmup,
    steps,
  }: Pick<TrainSettings, 'learningRate' | 'schedule' | 'warmup' | 'steps'>,
  step: number,
): number {
  if (step <= warmup) return (learningRate * step) / Math.max(1, warmup)
  const passed = (step - warmup - 1) / Math.max(1, steps - warmup)
  if (schedule === 'constant') return learningRate
  if (schedule === 'linear') return learningRate * (1 - passed)
  return (learningRate * (1 + Math.cos(Math.PI * passed))) / 2
}

/** What a matrix's change counts beside B · A. */
export function scaleOf({
  rank,
  alpha,
  rankStabilised,
}: Pick<TrainSettings, 'rank' | 'alpha' | 'rankStabilised'>): number {
  return alpha / (rankStabilised ? Math.sqrt(rank) : rank)
}
