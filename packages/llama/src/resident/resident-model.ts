import { figureOf } from '@woolgather/gguf'
import type { Native } from '@woolgather/ggml'
import { BatchEngine } from '../batching/engine.ts'
import { chooseTemplate, type ChatTemplate } from '../chat/index.ts'
import { LlamaError } from '../contract/error.ts'
import { CanvasModel } from './canvas-model.ts'
import type {
  GenerateRequest,
  LoadModelOptions,
  MemoryNeed,
  ModelInfo,
  RuntimeInfo,
} from '../contract/interface.ts'
import type { Resources } from '../memory/choose-resources.ts'
import {
  chooseResources,
  estimateMemory,
  inspectModel,
  type Claim,
  type InspectedModel,
  type MemoryClaims,
} from '../memory/index.ts'
import { AdapterStore } from '../native/adapters.ts'
import { checkVocabulary } from '../native/check-vocabulary.ts'
import { readFileState, wasOverwritten, type FileState } from '../native/identify-file.ts'
import type { NativeContext } from '../native/native-context.ts'
import type { NativeModel } from '../native/native-model.ts'
import { checkSequences, chooseSequences, keepsWholeState, openContext } from '../native/open-context.ts'
import { readWeightTypes, reproducibility, roundsAlike } from '../native/reproducible.ts'
import type { HeldWeights, SharedWeights } from '../native/shared-weights.ts'
import type { UsedSteering } from '../native/steering.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import { addVectors } from '../vectors/add-vectors.ts'
import { PromptReader } from './prompt-reader.ts'

/**
 * One model in memory: weights, context, adapters and the engine that runs it. It owns them all but the weights, which
 * it may share, and frees them in the order that native code needs: context and adapters before the weights. What it is
 * asked for stands in `requests/`.
 */
export class ResidentModel {
  readonly info: ModelInfo
  readonly vocabulary: Vocabulary
  readonly template: ChatTemplate | undefined
  readonly reader: PromptReader
  readonly native: Native
  readonly weights: NativeModel
  readonly #held: HeldWeights
  readonly #canvas: CanvasModel | undefined
  /** Only of models that write from left to right. */
  readonly #context: NativeContext | undefined
  readonly #engine: BatchEngine | undefined
  readonly #adapters: AdapterStore
  /** Tokens that prompt and answer may have together. */
  readonly sequenceLimit: number
  /** llama.cpp's `llama_pooling_type` of the header: how an embedding is made of the tokens'. */
  readonly pooling: number | undefined
  readonly #files: readonly { path: string; state: FileState | undefined }[]
  readonly #claim: Claim

  /** @throws LlamaError, as `LlamaRuntime.loadModel` says */
  static async load(
    { native, runtime, claims, weights }: LoadParts,
    options: LoadModelOptions & { identity: string },
  ): Promise<ResidentModel> {
    if (options.maxSequences !== undefined) checkSequences(native, options.maxSequences)
    const inspected = await inspectModel(options.path)
    const key = { identity: options.identity, repack: !options.reproducible }
    const placed = weights.placed(key, options.gpuLayers)
    // Weights that are there take nothing more, and stay where they are.
    const file = placed === undefined ? inspected : { ...inspected, tensors: [] }
    const maxSequences = chooseSequences(file, options)
    await checkVocabulary(options.path)
    const { gpuLayers = placed, contextSize, threads } = options
    const wanted = { gpuLayers, contextSize, threads }
    const claimed = claims.outstanding()
    const resources = chooseResources({ model: file, wanted, runtime, maxSequences, claimed })
    const need = estimateMemory(file, { ...resources, maxSequences })
    const claim = claims.claim(need)
    try {
      return await ResidentModel.#open(native, weights, {
        file: inspected,
        resources,
        maxSequences,
        need,
        claim,
        options,
      })
    } catch (error) {
      claim.release()
      throw error
    }
  }

  static async #open(native: Native, weights: SharedWeights, plan: LoadPlan): Promise<ResidentModel> {
    const { file, resources, maxSequences, claim, options } = plan
    const state = file.parts.map((path) => ({ path, state: readFileState(path) }))
    const { path, identity, signal, onProgress } = options
    const key = { identity, repack: !options.reproducible }
    const held = await weights.hold(key, {
      path,
      parts: file.parts,
      gpuLayers: resources.gpuLayers,
      signal,
      onProgress,
    })
    const { model } = held
    let context: NativeContext | undefined
    let canvas: CanvasModel | undefined
    try {
      const separate = options.reproducible ?? false
      if (file.diffuses) canvas = await CanvasModel.open(native, model, { resources, reproducible: separate })
      if (file.writes) context = await openContext(native, model, { resources, maxSequences, separate })
      const types = await readWeightTypes(file.parts)
      const resident = new ResidentModel(native, { ...plan, held, context, canvas, files: state, types })
      claim.loaded()
      return resident
    } catch (error) {
      await context?.dispose()
      await canvas?.dispose()
      await held.release()
      throw error
    }
  }

  private constructor(
    native: Native,
    parts: LoadPlan & {
      held: HeldWeights
      context: NativeContext | undefined
      canvas: CanvasModel | undefined
      files: readonly { path: string; state: FileState | undefined }[]
      types: ReadonlySet<string>
    },
  ) {
    const { file, resources, held, context } = parts
    const { model } = held
    this.native = native
    this.weights = model
    this.#held = held
    this.#context = context
    this.#canvas = parts.canvas
    this.pooling = figureOf(file.figures, 'pooling_type', 'largest')
    this.#claim = parts.claim
    const { sequenceLimit, contextSize } = resources
    this.sequenceLimit = Math.min(sequenceLimit, contextSize, context?.cells ?? Infinity)
    this.#files = parts.files
    this.vocabulary = model.vocabulary
    this.reader = new PromptReader(model.vocabulary, {
      // What is only read needs no room for an answer.
      sequenceLimit: this.sequenceLimit + (context ? 0 : 1),
      separate: context?.separate ?? false,
    })
    this.template = chooseTemplate({
      fileTemplate: file.chatTemplate,
      name: file.name,
      architecture: file.architecture,
      hasImStart: this.vocabulary.tokenize('<|im_start|>', { special: true, addBos: false }).length === 1,
    })
    this.info = {
      ...describe(file, resources, this.template),
      // Without those that only predict further tokens, which the header counts.
      layers: model.layers,
      identity: parts.options.identity,
      memory: parts.need,
      reproducible: this.#isAlike ? reproducibility(native, file.architecture) : 'off',
      ...(parts.canvas && { diffusion: parts.canvas.info }),
    }
    this.#engine =
      context &&
      new BatchEngine(context, {
        contextSize: context.separate ? context.cells * context.sequences : contextSize,
        maxSequences: parts.maxSequences,
        partialPrefixes: !keepsWholeState(native, model),
        strict: context.separate,
        alone: !roundsAlike(parts.types),
      })
    this.#adapters = new AdapterStore(native, model)
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

  /** Whether what runs at once leaves each other's numbers as they are. */
  get #isAlike(): boolean {
    return this.#context?.separate ?? this.#canvas?.readsAlone ?? false
  }

  /** What fills the holes of canvases. @throws LlamaError model-unsupported for models that do not */
  get canvas(): CanvasModel {
    if (this.#canvas !== undefined) return this.#canvas
    const { name, architecture } = this.info
    const does = this.writes ? 'writes from left to right' : 'is an embedding model'
    throw new LlamaError('model-unsupported', `${name} ${does} (${architecture}): it fills no holes.`, {
      hint: `Choose a diffusion model (LLaDA, Dream, RND1)${this.writes ? ', or let this one write with “Generate”' : ''}.`,
    })
  }

  /** Whether it fills holes, seeing the whole text. */
  get diffuses(): boolean {
    return this.#canvas !== undefined
  }

  /** Whether it writes from left to right; an encoder only embeds. */
  get writes(): boolean {
    return this.#engine !== undefined
  }

  /** What texts are written and scored by. @throws LlamaError model-unsupported for others */
  get engine(): BatchEngine {
    this.checkWrites()
    return this.#engine!
  }

  /** @throws LlamaError model-unsupported for encoders and diffusion models */
  checkWrites(): void {
    if (this.writes) return
    const { name, architecture } = this.info
    if (this.diffuses) {
      throw new LlamaError(
        'model-unsupported',
        `${name} is a diffusion model (${architecture}): it fills holes, and does not write from left to right.`,
        { hint: 'Use it in “Diffuse”, or choose a model that writes from left to right.' },
      )
    }
    throw new LlamaError(
      'model-unsupported',
      `${name} is an embedding model (${architecture}): it writes no text.`,
      {
        hint: 'Use it in “Embed”, or choose a model that generates text.',
      },
    )
  }

  /** Reading weights that were truncated or overwritten under their mapping would end the process. */
  checkFiles(): void {
    const changed = this.#files.find(({ path, state }) => state && wasOverwritten(path, state))
    if (!changed) return
    throw new LlamaError('model-unreadable', `${changed.path} was overwritten while it was loaded.`, {
      hint: 'Load it again. To change a model in use, write a new file and rename it.',
    })
  }

  /** Frees adapters long unused. */
  trimAdapters(): void {
    this.#adapters.trim(this.#engine?.activeAdapters ?? new Set())
  }

  /** Waits for what is decoded, then frees everything. Nothing else may go on with it. */
  async dispose(): Promise<void> {
    await this.#engine?.idle()
    await this.#context?.dispose()
    await this.#canvas?.dispose()
    this.#adapters.dispose()
    await this.#held.release()
    this.#claim.release()
  }
}

/** What models are loaded with. */
interface LoadParts {
  native: Native
  runtime: RuntimeInfo
  claims: MemoryClaims
  weights: SharedWeights
}

/** What is to be loaded, and how. */
interface LoadPlan {
  file: InspectedModel
  resources: Resources
  maxSequences: number
  need: MemoryNeed
  claim: Claim
  options: LoadModelOptions & { identity: string }
}

function describe(
  file: InspectedModel,
  resources: Resources,
  template: ChatTemplate | undefined,
): Omit<ModelInfo, 'reproducible' | 'identity' | 'memory' | 'layers'> {
  const { path, architecture, name, parameters, bytes, embeddingSize, vocabSize, trainedContextSize } = file
  const { gpuLayers, contextSize, threads } = resources
  return {
    path,
    architecture,
    name,
    parameters,
    bytes,
    embeddingSize,
    vocabSize,
    trainedContextSize,
    contextSize,
    gpuLayers,
    threads,
    chatTemplate: template && { source: template.source, name: template.name },
  }
}
