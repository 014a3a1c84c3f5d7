import type { Native } from '@woolgather/ggml'
import { BatchEngine } from './batching/engine.ts'
import { Generation } from './batching/generation.ts'
import { Scoring } from './batching/scoring.ts'
import type { Task } from './batching/task.ts'
import { chooseTemplate } from './chat/index.ts'
import type { ChatTemplate } from './chat/index.ts'
import { LlamaError } from './error.ts'
import type {
  EmbedRequest,
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  LoadModelOptions,
  ModelInfo,
  RuntimeInfo,
  ScoreRequest,
  StatesRequest,
  TextScore,
  TextStates,
} from './interface.ts'
import { chooseResources, estimateMemory, inspectModel } from './memory/index.ts'
import type { Claim, MemoryClaims, MemoryNeed, ModelFile } from './memory/index.ts'
import type { Resources } from './memory/choose-resources.ts'
import { prepareTerms } from './mixing/prepare-terms.ts'
import type { PreparedTerms } from './mixing/prepare-terms.ts'
import { AdapterStore } from './native/adapters.ts'
import { checkVocabulary } from './native/check-vocabulary.ts'
import { readWeightTypes, reproducibility, roundsAlike } from './native/reproducible.ts'
import { readFileState, wasOverwritten } from './native/identify-file.ts'
import type { FileState } from './native/identify-file.ts'
import type { NativeContext } from './native/native-context.ts'
import { NativeModel } from './native/native-model.ts'
import { checkSequences, chooseSequences, isRecurrent, openContext } from './native/open-context.ts'
import type { UsedSteering } from './native/steering.ts'
import type { Vocabulary } from './native/vocabulary.ts'
import type { ResolvedSampling } from './sampling/defaults.ts'
import { TokenChooser } from './sampling/choose-token.ts'
import { Sampler } from './sampling/sampler.ts'
import { validateSampling, validateSeed } from './sampling/validate-sampling.ts'
import { readStates } from './states/read-states.ts'
import type { ReadStatesInput } from './states/read-states.ts'
import { PromptReader } from './text/prompt-reader.ts'
import { addVectors } from './vectors/add-vectors.ts'

/**
 * One model in memory with its context, its adapters and the engine that runs it. It owns them all, and frees them
 * in the order that native code needs: adapters and context before the model.
 */
export class LoadedModel {
  readonly info: ModelInfo
  readonly vocabulary: Vocabulary
  readonly template: ChatTemplate | undefined
  readonly engine: BatchEngine
  readonly reader: PromptReader
  readonly #native: Native
  readonly #context: NativeContext
  readonly #adapters: AdapterStore
  /** Tokens that prompt and answer may have together. */
  readonly sequenceLimit: number
  readonly #files: readonly { path: string; state: FileState | undefined }[]
  readonly #claim: Claim

  /** @throws LlamaError, as `LlamaRuntime.loadModel` says */
  static async load(
    { native, runtime, claims }: { native: Native; runtime: RuntimeInfo; claims: MemoryClaims },
    options: LoadModelOptions & { identity: string },
  ): Promise<LoadedModel> {
    if (options.maxSequences !== undefined) checkSequences(native, options.maxSequences)
    const file = await inspectModel(options.path)
    const maxSequences = chooseSequences(file, options)
    await checkVocabulary(options.path)
    const { gpuLayers, contextSize, threads } = options
    const wanted = { gpuLayers, contextSize, threads }
    const claimed = claims.outstanding()
    const resources = chooseResources({ model: file, wanted, runtime, maxSequences, claimed })
    const need = estimateMemory(file, { ...resources, maxSequences })
    const claim = claims.claim(need)
    try {
      return await LoadedModel.#open(native, { file, resources, maxSequences, need, claim, options })
    } catch (error) {
      claim.release()
      throw error
    }
  }

  static async #open(native: Native, plan: LoadPlan): Promise<LoadedModel> {
    const { file, resources, maxSequences, claim, options } = plan
    const state = file.parts.map((path) => ({ path, state: readFileState(path) }))
    const model = await NativeModel.load(native, {
      path: options.path,
      gpuLayers: resources.gpuLayers,
      repack: !options.reproducible,
      signal: options.signal,
      onProgress: options.onProgress,
    })
    try {
      const separate = options.reproducible ?? false
      const context = await openContext(native, model, { resources, maxSequences, separate })
      try {
        const types = await readWeightTypes(file.parts)
        const loaded = new LoadedModel(native, { ...plan, model, context, files: state, types })
        claim.loaded()
        return loaded
      } catch (error) {
        await context.dispose()
        throw error
      }
    } finally {
      await model.release()
    }
  }

  private constructor(
    native: Native,
    parts: LoadPlan & {
      model: NativeModel
      context: NativeContext
      files: readonly { path: string; state: FileState | undefined }[]
      types: ReadonlySet<string>
    },
  ) {
    const { file, resources, model, context } = parts
    this.#native = native
    this.#context = context
    this.#claim = parts.claim
    this.sequenceLimit = Math.min(resources.sequenceLimit, resources.contextSize, context.cells)
    this.#files = parts.files
    this.vocabulary = model.vocabulary
    this.reader = new PromptReader(model.vocabulary, {
      sequenceLimit: this.sequenceLimit,
      separate: context.separate,
    })
    this.template = chooseTemplate({
      fileTemplate: file.chatTemplate,
      name: file.name,
      architecture: file.architecture,
      hasImStart: this.vocabulary.tokenize('<|im_start|>', { special: true, addBos: false }).length === 1,
    })
    this.info = {
      ...describe(file, resources, this.template),
      identity: parts.options.identity,
      memory: parts.need,
      reproducible: context.separate ? reproducibility(native) : 'off',
    }
    this.engine = new BatchEngine(context, {
      contextSize: context.separate ? context.cells * context.sequences : resources.contextSize,
      maxSequences: parts.maxSequences,
      partialPrefixes: !isRecurrent(native, model),
      strict: context.separate,
      alone: !roundsAlike(parts.types),
    })
    // Last: it keeps the model in memory, and what threw after it would leave it there.
    this.#adapters = new AdapterStore(native, model)
  }

  /** @param open the loaded model behind the handle of a term. @throws LlamaError, as `LanguageModel.generate` says */
  async generate(
    request: GenerateRequest,
    open: (model: LanguageModel) => LoadedModel = () => this,
  ): Promise<GenerateResult> {
    throwIfAborted(request.signal)
    this.checkFiles()
    validateSeed(request.seed)
    const sampling = validateSampling(request.sampling ?? {}, this.vocabulary.size)
    checkCount('maxTokens', request.maxTokens, { least: 1 })
    checkCount('logprobs', request.logprobs, { least: 0, most: 100 })
    const prepared = await prepareTerms(request, this, open)
    return await runTask(await this.#begin(request, sampling, prepared), request.signal)
  }

  /** Takes over what the terms hold: it is released with the generation, or where there comes to be none. */
  async #begin(
    request: GenerateRequest,
    sampling: ResolvedSampling,
    prepared: PreparedTerms,
  ): Promise<Generation> {
    const { vocabulary } = this
    const { contextSize } = this.info
    let sampler: Sampler | undefined
    const release = (): void => {
      sampler?.dispose()
      prepared.release()
      this.#adapters.trim(this.engine.activeAdapters)
    }
    try {
      const chain = { sampling, seed: request.seed, vocabulary, contextSize }
      sampler = await Sampler.create(this.#native, chain)
      sampler.acceptPrompt(prepared.terms[0]?.prompt ?? [])
      const chooser = new TokenChooser(sampler, vocabulary, request.logprobs, sampling.sequenceBias)
      const { terms, plausibility, reproducible } = prepared
      const { constraint, maxTokens, stop = [], onText, onPromptProgress } = request
      const output = { maxTokens, stop, onText, onPromptProgress, reproducible }
      return new Generation({ terms, plausibility, chooser, vocabulary, constraint, ...output, release })
    } catch (error) {
      release()
      throw error
    }
  }

  /** @throws LlamaError, as `LanguageModel.score` says */
  async score(request: ScoreRequest): Promise<TextScore[]> {
    const { signal } = request
    throwIfAborted(signal)
    this.checkFiles()
    const prompt = await this.reader.prompt(request.prompt)
    const continuations = await Promise.all(
      request.continuations.map((continuation) => this.reader.continuation(continuation, prompt.length)),
    )
    return await Promise.all(
      continuations.map((continuation) => this.#scoreOne({ prompt, continuation, request })),
    )
  }

  async #scoreOne(parts: {
    prompt: number[]
    continuation: number[]
    request: ScoreRequest
  }): Promise<TextScore> {
    const { prompt, continuation, request } = parts
    if (continuation.length === 0) return { tokens: [], logLikelihood: 0, perplexity: 1 }
    const { engine, vocabulary } = this
    const steering = await this.acquireSteering(request)
    const release = (): void => steering.release()
    const scoring = new Scoring({ engine, steering, vocabulary, prompt, continuation, release })
    return await runTask(scoring, request.signal)
  }

  /** @throws LlamaError, as `LanguageModel.readStates` says */
  async readStates(request: StatesRequest): Promise<TextStates[]> {
    const { layers, pooling = 'mean', signal, onProgress } = request
    const last = this.info.layers - 1
    for (const layer of layers) {
      if (Number.isInteger(layer) && layer >= 0 && layer <= last) continue
      throw new LlamaError(
        'invalid-layer',
        `Block ${layer} was asked for; ${this.info.name} has 0 to ${last}`,
      )
    }
    throwIfAborted(signal)
    const texts = await Promise.all(request.texts.map((text) => this.reader.pooled(text)))
    const tensors = layers.map((layer) => `l_out-${layer}`)
    const options = { texts, tensors, needsOutputs: layers.includes(last), pooling, signal, onProgress }
    const states = await this.#readTensors(request, options)
    return states.map((one) => new Map(layers.map((layer) => [layer, one.get(`l_out-${layer}`)!])))
  }

  /** @throws LlamaError, as `LanguageModel.embed` says */
  async embed(request: EmbedRequest): Promise<Float32Array[]> {
    const { signal } = request
    throwIfAborted(signal)
    const texts = await Promise.all(request.texts.map((text) => this.reader.pooled({ text: { text } })))
    const tensors = ['result_norm']
    const options = { texts, tensors, needsOutputs: true, pooling: 'mean' as const, signal }
    const states = await this.#readTensors(request, options)
    return states.map((one) => normalise(one.get('result_norm')!))
  }

  async #readTensors(
    request: Pick<GenerateRequest, 'adapters' | 'vectors'>,
    options: Pick<
      ReadStatesInput,
      'texts' | 'tensors' | 'needsOutputs' | 'pooling' | 'signal' | 'onProgress'
    >,
  ): Promise<Map<string, Float32Array>[]> {
    if (options.texts.length === 0 || options.tensors.length === 0) return options.texts.map(() => new Map())
    const steering = await this.acquireSteering(request)
    const { model } = this.#context
    try {
      return await readStates({
        ...options,
        native: this.#native,
        model,
        steering,
        threads: this.info.threads,
      })
    } finally {
      steering.release()
    }
  }

  /** Loads what the model is to be steered with. `release` it when nothing is decoded with it any more. */
  async acquireSteering({
    adapters = [],
    vectors = [],
  }: Pick<GenerateRequest, 'adapters' | 'vectors'>): Promise<UsedSteering> {
    this.checkFiles()
    const added = vectors.length === 0 ? undefined : addVectors(vectors, this.info)
    const steering = await this.#adapters.acquire(adapters)
    if (!added) return steering
    return { ...steering, key: `${steering.key} ${added.key}`, vector: added.vector }
  }

  tokenize(
    text: string,
    options: { special?: boolean | undefined; addBos?: boolean | undefined } = {},
  ): number[] {
    const { special = false, addBos = true } = options
    return this.vocabulary.tokenize(text, { special, addBos })
  }

  /** Reading weights that were truncated or overwritten under their mapping would end the process. */
  checkFiles(): void {
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
    this.#claim.release()
  }
}

/** What is to be loaded, and how. */
interface LoadPlan {
  file: ModelFile
  resources: Resources
  maxSequences: number
  need: MemoryNeed
  claim: Claim
  options: LoadModelOptions & { identity: string }
}

function describe(
  file: ModelFile,
  resources: Resources,
  template: ChatTemplate | undefined,
): Omit<ModelInfo, 'reproducible' | 'identity' | 'memory'> {
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

/** Length 1, or 0 where there is no direction. */
function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

function checkCount(
  name: string,
  value: number | undefined,
  { least, most = Infinity }: { least: number; most?: number },
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  const range = most === Infinity ? `${least} up` : `${least} to ${most}`
  throw new LlamaError('invalid-sampling', `${name} is ${value}; it must be a whole number from ${range}`)
}

/** Decodes a task on all of its engines until it settles, or is cancelled. */
async function runTask<Result>(
  task: Task & { result: Promise<Result> },
  signal: AbortSignal | undefined,
): Promise<Result> {
  const cancel = (): void => task.cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    for (const engine of new Set(task.sequences.map((sequence) => sequence.engine))) engine.submit(task)
    if (signal?.aborted) task.cancel()
    return await task.result
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
