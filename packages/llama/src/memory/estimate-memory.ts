import { cacheBytesPerToken, figureOf, type Figures } from '@woolgather/gguf'
import type { MemoryNeed } from '../contract/interface.ts'
import { labelsWithMemory } from './architectures.ts'
import type { InspectedModel } from './inspect-model.ts'

export interface Placement {
  /** As llama.cpp counts them: the output layer goes first, then blocks from the last to the first. */
  gpuLayers: number
  /** Tokens of KV cache, shared by everything that runs at once. */
  contextSize: number
  maxSequences: number
}

/** Tokens that llama.cpp computes at once (n_ubatch). */
const computeBatch = 512
const floatBytes = 4

/**
 * Memory that a model and its context take, from the figures of the header:
 * - weights: the tensors' bytes; token embeddings stay in main memory;
 * - KV cache (F16): per token and block, 2 · KV heads · (key length + value length); recurrent blocks instead
 *   keep a state per sequence. Sliding windows count as full attention, so models with them take less;
 * - compute: one batch of activations, with logits for all of it, as llama.cpp reserves it with flash attention. Models
 *   that see both ways read the whole context in one batch, most without a cache: their logits lie in the graph, are copied
 *   out for every token, and are added up where prompts are mixed.
 *
 * node-llama-cpp's `GgufInsights` estimates the same, but only inside a `Llama` of its own, which would load the
 * native library a second time beside ours, and its exact mode hands the file to it.
 */
export function estimateMemory(model: InspectedModel, placement: Placement): MemoryNeed {
  const figures = model.figures
  const onGpu = Math.min(placement.gpuLayers, model.layers + 1)
  const firstOnGpu = model.layers + 1 - onGpu
  const need: MemoryNeed = { ram: 0, gpu: 0 }
  const weights = divideWeights(model)
  need.ram += weights.input
  // A model without an output matrix uses the token embeddings for it, and copies them to the GPU.
  need[onGpu > 0 ? 'gpu' : 'ram'] += weights.output + (onGpu > 0 && weights.tied ? weights.embedding : 0)
  for (let block = 0; block < model.layers; block++) {
    const side = block >= firstOnGpu ? 'gpu' : 'ram'
    need[side] += weights.blocks[block] ?? 0
    if (model.writes || labelsWithMemory.has(model.architecture))
      need[side] += placement.contextSize * cacheBytesPerToken(figures, model.embeddingSize, block)
    need[side] += placement.maxSequences * stateBytesPerSequence(figures, model.embeddingSize)
  }
  need[onGpu > 0 ? 'gpu' : 'ram'] += computeBytes(
    model,
    model.diffuses ? placement.contextSize : computeBatch,
  )
  if (model.diffuses) need.ram += 2 * logitsBytes(model, placement.contextSize)
  need.ram += placement.maxSequences * model.vocabSize * floatBytes
  return need
}

interface Weights {
  input: number
  embedding: number
  output: number
  tied: boolean
  blocks: number[]
}

function divideWeights(model: InspectedModel): Weights {
  const weights: Weights = { input: 0, embedding: 0, output: 0, tied: true, blocks: [] }
  for (const { name, bytes } of model.tensors) {
    const block = /^blk\.(\d+)\./.exec(name)?.[1]
    if (block !== undefined) weights.blocks[Number(block)] = (weights.blocks[Number(block)] ?? 0) + bytes
    else if (/^(token_embd|position_embd|token_types|per_layer_token_embd)/.test(name)) weights.input += bytes
    else weights.output += bytes
    if (name === 'token_embd.weight') weights.embedding = bytes
    if (name === 'output.weight') weights.tied = false
  }
  return weights
}

/** Whether each sequence takes memory of its own, besides the tokens of the cache (recurrent and hybrid models). */
export function keepsStates({ figures, embeddingSize }: InspectedModel): boolean {
  return stateBytesPerSequence(figures, embeddingSize) > 0
}

/** Recurrent state of one block (Mamba and RWKV, kept in F32); 0 where a model has none. */
function stateBytesPerSequence(figures: Figures, embeddingSize: number): number {
  const wkvHead = figureOf(figures, 'wkv.head_size', 0)
  if (wkvHead !== undefined) return floatBytes * embeddingSize * (wkvHead + 2)
  const inner = figureOf(figures, 'ssm.inner_size', 0) ?? 0
  const state = figureOf(figures, 'ssm.state_size', 0) ?? 0
  const groups = figureOf(figures, 'ssm.group_count', 0) ?? 0
  const convolution = figureOf(figures, 'ssm.conv_kernel', 0) ?? 1
  return floatBytes * ((convolution - 1) * (inner + 2 * groups * state) + state * inner)
}

function computeBytes(model: InspectedModel, tokens: number): number {
  const feedForward = figureOf(model.figures, 'feed_forward_length', 'largest') ?? 4 * model.embeddingSize
  return logitsBytes(model, tokens) + tokens * floatBytes * (2 * feedForward + 4 * model.embeddingSize)
}

function logitsBytes({ vocabSize }: InspectedModel, tokens: number): number {
  return tokens * vocabSize * floatBytes
}
