import type { Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { NativeContext } from '../native/native-context.ts'
import type { BatchEntry } from '../native/batch-buffers.ts'
import type { NativeModel } from '../native/native-model.ts'
import { keepsWholeState } from '../native/open-context.ts'
import type { Steering } from '../native/steering.ts'
import { StatePool } from './pool-states.ts'
import type { PooledText, Pooling } from './pool-states.ts'
import { TensorTap } from './tensor-tap.ts'

/** Tokens of one decode call, and texts read side by side. */
const mostTokens = 512
const mostTexts = 64
/** Room for the logits that llama.cpp keeps for every token whose state it is to compute in the last block. */
const mostLogitsBytes = 64 << 20

export interface ReadStatesInput {
  native: Native
  model: NativeModel
  texts: readonly PooledText[]
  /** Names of tensors of the graph, one row per token each. */
  tensors: readonly string[]
  /** Whether one of them has rows only for tokens with logits, as from the last block on. */
  needsOutputs: boolean
  pooling: Pooling
  steering: Steering
  threads: number
  signal?: AbortSignal | undefined
  onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Reads texts in a context of its own and pools tensors of the graph over their tokens; one map per text, by tensor.
 * @throws LlamaError cancelled, native-error, model-unsupported where the graph has no such tensor
 */
export async function readStates(input: ReadStatesInput): Promise<Map<string, Float32Array>[]> {
  const { native, texts, tensors, pooling } = input
  const pools = texts.map((text) => new StatePool(text, pooling))
  using tap = new TensorTap(native, tensors)
  const context = await openContext(input, tap)
  try {
    context.steer(input.steering)
    const reader = new Reader(context, tap, input)
    let done = 0
    for (const wave of planWaves(texts, context.sequences)) {
      await reader.read(wave.map((index) => ({ text: texts[index]!, pool: pools[index]! })))
      done += wave.length
      input.onProgress?.(done, texts.length)
    }
  } finally {
    await context.dispose()
  }
  return pools.map((pool) => new Map(tensors.map((name) => [name, pool.result(name)])))
}

function openContext(
  { native, model, texts, threads, needsOutputs }: ReadStatesInput,
  tap: TensorTap,
): Promise<NativeContext> {
  const longest = Math.max(...texts.map(({ tokens }) => tokens.length))
  const rows = Math.max(1, Math.floor(mostLogitsBytes / 4 / model.vocabulary.size))
  return NativeContext.create(native, model, {
    contextSize: Math.max(longest, mostTokens),
    batchSize: needsOutputs ? Math.min(mostTokens, rows) : mostTokens,
    sequences: keepsWholeState(native, model)
      ? 1
      : Math.min(mostTexts, texts.length, native.api.llama_max_parallel_sequences()),
    threads,
    onTensor: tap.pointer,
  })
}

/** Texts that are read together: as many as fit into a decode call, or one that is longer. */
function planWaves(texts: readonly PooledText[], sequences: number): number[][] {
  const waves: number[][] = []
  let tokens = Infinity
  for (const [index, text] of texts.entries()) {
    if (tokens + text.tokens.length > mostTokens || waves.at(-1)!.length === sequences) {
      waves.push([])
      tokens = 0
    }
    waves.at(-1)!.push(index)
    tokens += text.tokens.length
  }
  return waves
}

interface Reading {
  text: PooledText
  pool: StatePool
}

class Reader {
  readonly #context: NativeContext
  readonly #tap: TensorTap
  readonly #input: ReadStatesInput

  constructor(context: NativeContext, tap: TensorTap, input: ReadStatesInput) {
    this.#context = context
    this.#tap = tap
    this.#input = input
  }

  async read(wave: readonly Reading[]): Promise<void> {
    const { needsOutputs, signal } = this.#input
    const entries = wave.flatMap(({ text }, sequence) =>
      text.tokens.map((token, position) => ({ token, position, sequence, logits: needsOutputs })),
    )
    for (let start = 0; start < entries.length; start += this.#context.batchSize) {
      if (signal?.aborted)
        throw new LlamaError('cancelled', 'Reading was cancelled.', { cause: signal.reason })
      await this.#decode(wave, entries.slice(start, start + this.#context.batchSize))
    }
    for (const [sequence] of wave.entries()) this.#context.removeTokens(sequence, 0)
  }

  async #decode(wave: readonly Reading[], entries: readonly BatchEntry[]): Promise<void> {
    // llama.cpp wants logits of something in every batch.
    const last = entries.length - 1
    const batch = entries.map((entry, index) => ({ ...entry, logits: entry.logits || index === last }))
    const outcome = await this.#context.decode(batch)
    if (outcome !== 'done')
      throw new LlamaError('native-error', `llama.cpp did not read the texts (${outcome}).`)
    const taken = this.#tap.collect()
    for (const name of this.#input.tensors) this.#pool(wave, entries, name, taken.get(name))
  }

  #pool(
    wave: readonly Reading[],
    entries: readonly BatchEntry[],
    name: string,
    values: Float32Array | undefined,
  ): void {
    const size = this.#context.model.embeddingSize
    if (values?.length !== entries.length * size) {
      throw new LlamaError('model-unsupported', `This model’s graph has no ${name} with a row per token.`, {
        hint: 'States can be read of models that pass one vector per token from block to block.',
      })
    }
    for (const [row, { sequence, position }] of entries.entries()) {
      const { pool } = wave[sequence]!
      if (pool.counts(position)) pool.add(name, values.subarray(row * size, (row + 1) * size))
    }
  }
}
