/** What of a model's sizes decides how much memory training a LoRA of it takes. */
export interface TrainingSizes {
  width: number
  blocks: number
  vocabulary: number
  heads: number
  /** Heads of keys and values. */
  groups: number
  keySize: number
  valueSize: number
  feedForward: number
}

/** A model as far as memory goes: facts of its file. */
export interface TrainedModel {
  architecture: string
  /** `F16`, `Q4_K_M`. */
  quantization: string
  bytes: number
  sizes: TrainingSizes
}

export interface TrainingPlan {
  rank: number
  /** Examples that are computed together, and tokens of the longest. */
  batch: number
  tokens: number
}

/** Bytes: the model's weights, the LoRA with what the optimiser knows, and computing, with blocks kept or computed twice. */
export interface TrainingNeed {
  weights: number
  lora: number
  compute: number
  computedTwice: number
}

/** Of what is free beside model and LoRA, the share that computing may take before blocks are computed twice instead. */
export const roomyShare = 0.5

/** Architectures that can be trained, and what their blocks keep besides. */
const kinds: Readonly<Record<string, { postNorms?: true; headNorms?: true; caps?: true; fused?: true }>> = {
  llama: {},
  qwen2: {},
  qwen3: { headNorms: true },
  gemma: {},
  gemma2: { postNorms: true, caps: true },
  gemma3: { postNorms: true, headNorms: true },
  phi3: { fused: true },
}

const float = 4
/** As training goes through the logits (`packages/train`): so many bytes at once, and rows of the output matrix. */
const [logitBytes, leastTargets, sliceRows] = [67_108_864, 16, 16_384]

/**
 * What training a LoRA of all layers and targets takes, to a third or so and rather too much: before it starts it is measured.
 * Undefined where models of this architecture cannot be trained.
 */
export function estimateTraining(model: TrainedModel, plan: TrainingPlan): TrainingNeed | undefined {
  const kind = Object.hasOwn(kinds, model.architecture) ? kinds[model.architecture] : undefined
  if (kind === undefined) return undefined
  const { sizes } = model
  const read = plan.batch * (Math.ceil(plan.tokens / 16) * 16)
  const each = numbersKept(sizes, kind, plan.rank)
  const loss = numbersOfLoss(sizes, read, kind.caps === true)
  const back = numbersOfBlock(sizes, read, /^(F16|F32)$/.test(model.quantization))
  const mask = plan.tokens * read
  const attention = read * (plan.tokens * sizes.heads * (kind.caps ? 3 : 2) + 2 * headNumbers(sizes))
  const { width, blocks, feedForward } = sizes
  const block = Math.max(each * read + back, (each - 2 * feedForward - 2 * width) * read + attention)
  return {
    weights: model.bytes,
    lora: 4 * float * blocks * numbersOfLora(sizes, kind.fused === true, plan.rank),
    compute: float * (mask + blocks * each * read + Math.max(loss, back, attention)),
    computedTwice: float * (mask + (blocks + 1) * width * read + Math.max(loss, block)),
  }
}

/** How it would be done where so many bytes are free; `fits` is false where it would be refused. */
export function chooseTraining(
  need: TrainingNeed,
  free: number,
): { total: number; compute: number; twice: boolean; fits: boolean } {
  const room = free - need.weights - need.lora
  const twice = need.compute > room * roomyShare
  const compute = twice ? need.computedTwice : need.compute
  return { total: need.weights + need.lora + compute, compute, twice, fits: compute <= room }
}

/** Of a token, what a block keeps until its gradients are computed. */
function numbersKept(
  { width, heads, groups, keySize, valueSize, feedForward }: TrainingSizes,
  { postNorms, headNorms }: { postNorms?: true; headNorms?: true },
  rank: number,
): number {
  const turned = (heads + groups) * keySize * (headNorms ? 2 : 1)
  return (postNorms ? 4 : 2) * width + turned + (heads + groups) * valueSize + 2 * feedForward + 7 * rank
}

function headNumbers({ heads, groups, keySize }: TrainingSizes): number {
  return (heads + 2 * groups) * keySize
}

/** Logits of what is learnt at once, and a part of the output matrix in floats. */
function numbersOfLoss({ width, vocabulary }: TrainingSizes, read: number, caps: boolean): number {
  const atOnce = Math.max(leastTargets, Math.floor(logitBytes / (float * vocabulary)))
  const logits = Math.min(atOnce, read) * vocabulary * (caps ? 3 : 1)
  return logits + Math.min(sliceRows, vocabulary) * width + 3 * width * read
}

/** What is computed for the gradients of a block and given up again: its largest matrix in floats, and gradients. */
function numbersOfBlock(
  { width, feedForward, heads, keySize }: TrainingSizes,
  read: number,
  isExact: boolean,
): number {
  const largest = width * Math.max(feedForward, heads * keySize)
  return largest * (isExact ? 1 : 1.5) + read * (3 * feedForward + 2 * width)
}

/** Of a block: A and B of each of its matrices. */
function numbersOfLora(
  { width, heads, groups, keySize, valueSize, feedForward }: TrainingSizes,
  isFused: boolean,
  rank: number,
): number {
  const [asked, keys, values] = [heads * keySize, groups * keySize, groups * valueSize]
  const attention = asked + keys + values + (isFused ? 1 : 3) * width + heads * valueSize + width
  const inner = 2 * feedForward + (isFused ? 1 : 2) * width + feedForward + width
  return rank * (attention + inner)
}
