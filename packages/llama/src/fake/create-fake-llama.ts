import { identifyModel } from '@woolgather/gguf'
import { basename } from 'node:path'
import { presetTemplate, type ChatTemplate } from '../chat/index.ts'
import { LlamaError } from '../contract/error.ts'
import type {
  GenerateRequest,
  LanguageModel,
  LlamaRuntime,
  LoadModelOptions,
  ModelInfo,
  RuntimeInfo,
} from '../contract/interface.ts'
import { FakeModel } from './fake-model.ts'
import { FakeVocabulary } from './fake-vocabulary.ts'
import { FakeWeights } from './fake-weights.ts'
import { pause } from './pause.ts'

export interface FakeModelOptions {
  /** Default: the file's name. */
  name?: string
  architecture?: string
  /** Default 2048. */
  trainedContextSize?: number
  /** Default ChatML; `false`: a base model, with none. */
  chatTemplate?: ChatTemplate | false
  /** What it takes of the memory; default 2,000,000. */
  bytes?: number
}

export interface FakeLlamaOptions {
  /** The files there are, by absolute path; absent: every path that ends in `.gguf` is a model. */
  models?: Readonly<Record<string, FakeModelOptions>>
  /** LoRA files that fit; absent: every one does. */
  adapters?: readonly string[]
  /** Milliseconds per generated token, and for the prompt; default 0: one turn of the event loop. */
  tokenMs?: number
  /** Milliseconds to load a model; default 0. */
  loadMs?: number
  /** Memory for all models together; default: no end of it. */
  memoryBytes?: number
  /** Text to answer in place of seeded words; `undefined`: the usual ones. */
  reply?: (prompt: string, request: GenerateRequest) => string | undefined
}

/** The fake, and what tests want to know of it. */
export interface FakeLlama extends LlamaRuntime {
  /** Files loaded at present, with their references. */
  loaded(): Record<string, number>
  /** Most generations that ever ran at once on one model. */
  mostAtOnce(): number
}

/**
 * A runtime without native code, for tests of whatever stands on this package. Its text is a pure function of
 * prompt, seed, sampling settings and adapters; everything else (tokens, streaming, stop strings, limits,
 * cancellation, references, shared prefixes, concurrency) follows the interface, and one contract suite runs
 * against it and the real one. Grammars: literal alternatives only. Samplers are checked but do not run.
 */
export function createFakeLlama(options: FakeLlamaOptions = {}): FakeLlama {
  return new FakeRuntime(options)
}

class FakeRuntime implements FakeLlama {
  readonly info: RuntimeInfo = { build: 'fake', backend: 'cpu', devices: [], threads: 1 }
  readonly #options: FakeLlamaOptions
  readonly #weights = new Map<string, FakeWeights>()
  readonly #models = new Set<FakeModel>()
  #mostAtOnce = 0
  /** Taken by what is loaded or being loaded. */
  #takenBytes = 0
  #disposal: Promise<void> | undefined

  constructor(options: FakeLlamaOptions) {
    this.#options = options
  }

  loaded(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { info, references } of this.#weights.values()) {
      counts[info.path] = (counts[info.path] ?? 0) + references
    }
    return counts
  }

  mostAtOnce(): number {
    return Math.max(this.#mostAtOnce, 0, ...[...this.#weights.values()].map((weights) => weights.mostAtOnce))
  }

  async loadModel(options: LoadModelOptions): Promise<LanguageModel> {
    this.#checkUsable()
    const described = this.#find(options.path)
    if (options.signal?.aborted) throw new LlamaError('cancelled', `Loading ${options.path} was cancelled.`)
    const identity = await identifyModel(options.path).catch(() => '')
    const release = this.#weights.has(keyOf(options, identity)) ? () => {} : this.#claim(options, described)
    try {
      await pause(this.#options.loadMs ?? 0, options.signal, `Loading ${options.path}`)
      this.#checkUsable()
      options.onProgress?.(1)
      return this.#open({ ...options, identity }, described)
    } finally {
      release()
    }
  }

  /** Takes the memory of a model that is being loaded; once loaded, it takes it itself. */
  #claim({ path }: LoadModelOptions, { bytes = usualBytes }: FakeModelOptions): () => void {
    const free = (this.#options.memoryBytes ?? Infinity) - this.#takenBytes
    if (bytes > free) {
      throw new LlamaError(
        'model-too-large',
        `${path} needs ${bytes} bytes of memory, but ${free} are free.`,
        {
          memory: { needed: { ram: bytes, gpu: 0 }, free: { ram: free, gpu: 0 } },
        },
      )
    }
    this.#takenBytes += bytes
    return () => (this.#takenBytes -= bytes)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  async #dispose(): Promise<void> {
    await Promise.all([...this.#models].map((model) => model[Symbol.asyncDispose]()))
  }

  #checkUsable(): void {
    if (this.#disposal !== undefined) throw new LlamaError('disposed', 'The runtime was disposed.')
  }

  #find(path: string): FakeModelOptions {
    const { models } = this.#options
    if (models === undefined && path.endsWith('.gguf')) return {}
    const found = models?.[path]
    if (found !== undefined) return found
    throw new LlamaError('model-not-found', `There is no model file at ${path}.`, {
      hint: 'Check the path, or download the model first.',
    })
  }

  #open(options: LoadModelOptions & { identity: string }, described: FakeModelOptions): LanguageModel {
    const key = keyOf(options, options.identity)
    const known = this.#weights.get(key)
    const weights = known ?? this.#load(options, described, options.maxSequences ?? usualSequences)
    if (known === undefined) this.#takenBytes += weights.info.bytes
    this.#weights.set(key, weights)
    weights.references++
    const model = new FakeModel(weights, () => {
      this.#models.delete(model)
      weights.references--
      this.#mostAtOnce = Math.max(this.#mostAtOnce, weights.mostAtOnce)
      if (weights.references > 0) return
      this.#weights.delete(key)
      this.#takenBytes -= weights.info.bytes
    })
    this.#models.add(model)
    return model
  }

  #load(
    options: LoadModelOptions & { identity: string },
    described: FakeModelOptions,
    maxSequences: number,
  ): FakeWeights {
    const { chatTemplate = presetTemplate('chatml'), trainedContextSize = 2048 } = described
    const template = chatTemplate === false ? undefined : chatTemplate
    const vocabulary = new FakeVocabulary()
    const info: ModelInfo = {
      path: options.path,
      identity: options.identity,
      architecture: described.architecture ?? 'llama',
      name: described.name ?? basename(options.path, '.gguf'),
      parameters: 1_000_000,
      bytes: described.bytes ?? usualBytes,
      memory: { ram: described.bytes ?? usualBytes, gpu: 0 },
      layers: 2,
      embeddingSize: 64,
      vocabSize: vocabulary.size,
      trainedContextSize,
      contextSize: options.contextSize ?? trainedContextSize * maxSequences,
      gpuLayers: 0,
      threads: options.threads ?? this.info.threads,
      reproducible: options.reproducible ? 'guaranteed' : 'off',
      chatTemplate: template && { source: template.source, name: template.name },
    }
    return new FakeWeights(info, vocabulary, template, maxSequences, this.#options)
  }
}

const usualBytes = 2_000_000
const usualSequences = 64

function keyOf(options: LoadModelOptions, identity: string): string {
  const {
    path,
    gpuLayers,
    contextSize,
    threads,
    maxSequences = usualSequences,
    reproducible = false,
  } = options
  return JSON.stringify([path, identity, gpuLayers, contextSize, threads, maxSequences, reproducible])
}
