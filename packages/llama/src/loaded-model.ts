import type { Native } from '@woolgather/ggml'
import { BatchEngine } from './batching/engine.ts'
import { Generation } from './batching/generation.ts'
import { chooseTemplate } from './chat/index.ts'
import type { ChatTemplate } from './chat/index.ts'
import { LlamaError } from './error.ts'
import type {
  GenerateRequest,
  GenerateResult,
  LoadModelOptions,
  ModelInfo,
  RuntimeInfo,
} from './interface.ts'
import { chooseResources, inspectModel } from './memory/index.ts'
import type { ModelFile } from './memory/index.ts'
import type { Resources } from './memory/choose-resources.ts'
import { AdapterStore } from './native/adapters.ts'
import type { UsedAdapters } from './native/adapters.ts'
import { checkVocabulary } from './native/check-vocabulary.ts'
import { readFileState, wasOverwritten } from './native/identify-file.ts'
import type { FileState } from './native/identify-file.ts'
import { NativeContext } from './native/native-context.ts'
import { NativeModel } from './native/native-model.ts'
import type { Vocabulary } from './native/vocabulary.ts'
import type { ResolvedSampling } from './sampling/defaults.ts'
import { Sampler } from './sampling/sampler.ts'
import { validateSampling, validateSeed } from './sampling/validate-sampling.ts'

const defaultSequences = 16
/** Prompt tokens of one decode call. */
const batchSize = 512
/** Sequence ids beyond the running ones, each of which can keep a prefix. */
const keptPrefixes = 16

/**
 * One model in memory with its context, its adapters and the engine that runs it. It owns them all, and frees them
 * in the order that native code needs: adapters and context before the model.
 */
export class LoadedModel {
  readonly info: ModelInfo
  readonly vocabulary: Vocabulary
  readonly template: ChatTemplate | undefined
  readonly engine: BatchEngine
  readonly #native: Native
  readonly #context: NativeContext
  readonly #adapters: AdapterStore
  readonly #sequenceLimit: number
  readonly #files: readonly { path: string; state: FileState | undefined }[]

  /** @throws LlamaError, as `LlamaRuntime.loadModel` says */
  static async load(native: Native, runtime: RuntimeInfo, options: LoadModelOptions): Promise<LoadedModel> {
    const maxSequences = options.maxSequences ?? defaultSequences
    checkSequences(native, maxSequences)
    const file = await inspectModel(options.path)
    await checkVocabulary(options.path)
    const wanted = {
      gpuLayers: options.gpuLayers,
      contextSize: options.contextSize,
      threads: options.threads,
    }
    const resources = await chooseResources({
      path: options.path,
      model: file,
      wanted,
      runtime,
      maxSequences,
    })
    const state = file.parts.map((path) => ({ path, state: readFileState(path) }))
    const model = await NativeModel.load(native, {
      path: options.path,
      gpuLayers: resources.gpuLayers,
      signal: options.signal,
      onProgress: options.onProgress,
    })
    try {
      const context = await createContext(native, model, resources, maxSequences)
      return new LoadedModel(native, { file, resources, maxSequences, model, context, files: state })
    } finally {
      await model.release()
    }
  }

  private constructor(
    native: Native,
    parts: {
      file: ModelFile
      resources: Resources
      maxSequences: number
      model: NativeModel
      context: NativeContext
      files: readonly { path: string; state: FileState | undefined }[]
    },
  ) {
    const { file, resources, model, context } = parts
    this.#native = native
    this.#context = context
    this.#adapters = new AdapterStore(native, model)
    this.#sequenceLimit = Math.min(resources.sequenceLimit, resources.contextSize)
    this.#files = parts.files
    this.vocabulary = model.vocabulary
    this.template = chooseTemplate({
      fileTemplate: file.chatTemplate,
      name: file.name,
      architecture: file.architecture,
      hasImStart: this.vocabulary.tokenize('<|im_start|>', { special: true, addBos: false }).length === 1,
    })
    this.info = describe(file, resources, this.template)
    this.engine = new BatchEngine(context, {
      contextSize: resources.contextSize,
      maxSequences: parts.maxSequences,
      partialPrefixes: !isRecurrent(native, model),
    })
  }

  /** @throws LlamaError, as `LanguageModel.generate` says */
  async generate(request: GenerateRequest): Promise<GenerateResult> {
    throwIfAborted(request.signal)
    this.#checkFiles()
    validateSeed(request.seed)
    const sampling = validateSampling(request.sampling ?? {}, this.vocabulary.size)
    checkMaxTokens(request.maxTokens)
    const prompt = this.#readPrompt(request.prompt)
    const stack = await this.#adapters.acquire(request.adapters ?? [])
    return await this.#run(request, await this.#begin(request, { prompt, sampling, stack }))
  }

  /** Takes the stack over: it is released with the generation, or where there comes to be none. */
  async #begin(
    request: GenerateRequest,
    parts: { prompt: number[]; sampling: ResolvedSampling; stack: UsedAdapters },
  ): Promise<Generation> {
    const { prompt, sampling, stack } = parts
    const { vocabulary } = this
    const { contextSize } = this.info
    const chain = { sampling, seed: request.seed, vocabulary, contextSize }
    const sampler = await Sampler.create(this.#native, chain).catch((error: unknown) => {
      stack.release()
      throw error
    })
    return new Generation({
      prompt,
      adapters: stack,
      sampler,
      vocabulary,
      contextSize: this.#sequenceLimit,
      maxTokens: request.maxTokens,
      stop: request.stop ?? [],
      onText: request.onText,
      onPromptProgress: request.onPromptProgress,
      release: () => {
        sampler.dispose()
        stack.release()
        this.#adapters.trim(this.engine.activeAdapters)
      },
    })
  }

  async #run({ signal }: GenerateRequest, generation: Generation): Promise<GenerateResult> {
    const cancel = (): void => this.engine.cancel(generation)
    if (signal?.aborted) generation.cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      this.engine.submit(generation)
      return await generation.result
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  #readPrompt(prompt: GenerateRequest['prompt']): number[] {
    const tokens =
      'tokens' in prompt ? [...prompt.tokens] : this.tokenize(prompt.text, { special: prompt.special })
    this.vocabulary.check(tokens)
    if (tokens.length === 0 && this.vocabulary.bos >= 0) tokens.push(this.vocabulary.bos)
    if (tokens.length === 0)
      throw new LlamaError('invalid-token', 'The prompt is empty, and the model has no token to begin with')
    if (tokens.length < this.#sequenceLimit) return tokens
    throw new LlamaError(
      'context-too-long',
      `The prompt has ${tokens.length} tokens; with room for an answer at most ${this.#sequenceLimit - 1} fit`,
      { hint: 'Shorten the prompt, or load the model with a larger context size.' },
    )
  }

  tokenize(
    text: string,
    options: { special?: boolean | undefined; addBos?: boolean | undefined } = {},
  ): number[] {
    const { special = false, addBos = true } = options
    return this.vocabulary.tokenize(text, { special, addBos })
  }

  /** Reading weights that were truncated or overwritten under their mapping would end the process. */
  #checkFiles(): void {
    const changed = this.#files.find(({ path, state }) => state && wasOverwritten(path, state))
    if (!changed) return
    throw new LlamaError('model-unreadable', `${changed.path} was overwritten while it was loaded`, {
      hint: 'Load it again. To change a model in use, write a new file and rename it.',
    })
  }

  /** Waits for what runs, then frees everything. */
  async dispose(): Promise<void> {
    await this.engine.idle()
    await this.#context.dispose()
    await this.#adapters.dispose()
  }
}

function createContext(
  native: Native,
  model: NativeModel,
  resources: Resources,
  maxSequences: number,
): Promise<NativeContext> {
  const most = native.api.llama_max_parallel_sequences()
  const sequences = isRecurrent(native, model) ? maxSequences : maxSequences + keptPrefixes
  return NativeContext.create(native, model, {
    contextSize: resources.contextSize,
    batchSize: Math.max(batchSize, maxSequences),
    sequences: Math.min(sequences, most),
    threads: resources.threads,
  })
}

function checkSequences({ api }: Native, maxSequences: number): void {
  const most = api.llama_max_parallel_sequences()
  if (Number.isInteger(maxSequences) && maxSequences >= 1 && maxSequences <= most) return
  throw new RangeError(`maxSequences is ${maxSequences}; it must be a whole number from 1 to ${most}.`)
}

function isRecurrent({ api }: Native, { pointer }: NativeModel): boolean {
  return api.llama_model_is_recurrent(pointer) || api.llama_model_is_hybrid(pointer)
}

function describe(file: ModelFile, resources: Resources, template: ChatTemplate | undefined): ModelInfo {
  const {
    path,
    architecture,
    name,
    parameters,
    bytes,
    layers,
    embeddingSize,
    vocabSize,
    trainedContextSize,
  } = file
  const { gpuLayers, contextSize, threads } = resources
  return {
    path,
    architecture,
    name,
    parameters,
    bytes,
    layers,
    embeddingSize,
    vocabSize,
    trainedContextSize,
    contextSize,
    gpuLayers,
    threads,
    chatTemplate: template && { source: template.source, name: template.name },
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new LlamaError('cancelled', 'The generation was cancelled', { cause: signal.reason })
}

function checkMaxTokens(maxTokens: number | undefined): void {
  if (maxTokens === undefined || (Number.isInteger(maxTokens) && maxTokens >= 1)) return
  throw new LlamaError('invalid-sampling', `maxTokens is ${maxTokens}; it must be a whole number from 1 up`)
}
