/**
 * A model on a link: plain data that says how to get the model, not the model. Hashable, cacheable,
 * printable and sendable; only the worker turns it into something loaded.
 */
export type ModelRecipe = ModelSource & ModelUse

/** Where weights come from: a file, or how to make them. */
export type ModelSource = FileSource | CheckpointSource | MergeSource

export interface FileSource {
  kind: 'file'
  /** Path below a models folder, e.g. `demo/storyteller.gguf`. */
  file: string
}

/** A model as transformers save it: config.json, safetensors and a tokenizer, made into a GGUF file where it is needed. */
export interface CheckpointSource {
  kind: 'checkpoint'
  /** Folder below a models folder, or `hf:owner/repo` where another program keeps it. */
  folder: string
  /** Names of its files that count, sorted. */
  files: string[]
  /** How matrices are stored; `auto`: as they were published. */
  outputType: OutputType
}

/** What is done with the weights of a source. */
export interface ModelUse {
  /** Layers to keep on the GPU, tokens of context, CPU threads; absent means chosen within memory. */
  gpuLayers?: number | undefined
  contextSize?: number | undefined
  threads?: number | undefined
  /** Same prompt and seed, same text, whatever runs beside it; slower. Absent: usually the same. */
  reproducible?: true | undefined
  /** LoRA adapters in the order they were applied. */
  adapters: LoraUse[]
  /** Control vectors, which add up. */
  vectors?: { vector: VectorValue; strength: number }[] | undefined
}

/**
 * Several models as one, computed tensor by tensor where a model is needed. LoRAs of the models that are merged are
 * baked into them first; control vectors of theirs are an error. `passthrough` of one model bakes its LoRAs, or stores
 * it as another type.
 */
export interface MergeSource {
  kind: 'merge'
  /** One of `packages/merge`, which refuses names that it does not know. */
  method: string
  /** The models without the base, with the settings of each under mergekit's names. */
  models: { model: ModelRecipe; parameters: MergeParameters }[]
  /** What the models were trained from; of slerp and nearswap the beginning. */
  base?: ModelRecipe | undefined
  /** Settings of the whole merge. */
  parameters: MergeParameters
  /** Which layers the result has ("frankenmerge"); absent: every layer of all models. */
  slices?: MergeSlice[] | undefined
  /**
   * Tokens of the result: those of all models, of the base, or of one of `models` by its place. `same`: of any, as
   * they must not differ.
   */
  vocabulary: 'same' | 'union' | 'base' | number
  outputType: OutputType
  /** Decides what methods drop that drop at random. */
  seed?: number | undefined
}

/** Layers of one or more models, merged with each other; slices are stacked in order. */
export interface MergeSlice {
  sources: {
    /** One of the merge's models by its place, or its base. */
    model: number | 'base'
    /** Layers counted from 0: `from` up to before `to`. */
    from: number
    to: number
    /** They come before the slice's, those before the model's, those before the merge's. */
    parameters?: MergeParameters | undefined
  }[]
  parameters?: MergeParameters | undefined
}

/**
 * Settings under mergekit's names. A list of numbers is a gradient from the first layer to the last; with filters, the
 * first whose text the tensor's name holds counts.
 */
export type MergeParameters = Record<string, MergeParameter>
export type MergeParameter = ParameterValue | FilteredParameter[]
type ParameterValue = number | boolean | number[]
interface FilteredParameter {
  filter?: string | undefined
  value: ParameterValue
}

/** `auto`: of each tensor, the most precise among the models. Others: what llama.cpp's quantiser calls so. */
export const outputTypes = [
  'auto',
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K_M',
  'Q5_K_S',
  'Q5_0',
  'Q4_K_M',
  'Q4_K_S',
  'Q4_0',
  'Q3_K_M',
  'Q2_K',
  'IQ4_NL',
] as const
export type OutputType = (typeof outputTypes)[number]

/** A control vector on a link: what is added to the outputs of a model's blocks, whole. */
export interface VectorValue {
  kind: 'vector'
  /** `general.architecture` of the model it was made for; absent: not known. */
  architecture?: string | undefined
  /** Number of a block, from 1 → its direction: 32-bit floats, little-endian, in base64. */
  directions: Record<string, string>
  /** By block, in shares of how far the training texts lie apart there; absent: strength 1 is the directions as they are. */
  measured?: Record<string, { worth: number; size: number }> | undefined
}

/** Where a LoRA comes from: a file below a models folder, how to make it, or what was trained, by its sha256. */
export type LoraSource =
  { file: string } | PeftSource | { combine: LoraCombine } | { extract: LoraExtract } | { trained: string }

/** An adapter as PEFT saves it, which becomes a LoRA for one model. */
export interface PeftSource {
  /** Folder below a models folder that holds `adapter_config.json` and `adapter_model.safetensors`. */
  peft: string
  /** The model it is made for; absent: whichever it is applied to. */
  base?: ModelRecipe | undefined
}

/** Several LoRAs as one. */
export interface LoraCombine {
  /** Each counts its strength times its weight. */
  loras: (LoraUse & { weight: number })[]
  /** One of `packages/merge`'s methods for LoRAs. */
  method: string
  /** What methods that bring the result to a rank aim at: at most this rank, or as high a rank as keeps this share of the energy. */
  rank?: number | undefined
  energy?: number | undefined
  /** Share of elements that pruning and dropping keep. */
  density?: number | undefined
  /** How `ties` elects signs: by sum, or by count. */
  majority?: 'total' | 'frequency' | undefined
  /** Decides what methods drop that drop at random. */
  seed?: number | undefined
}

/** What a fine-tune changed of its base. */
export interface LoraExtract {
  tuned: ModelRecipe
  base: ModelRecipe
  /** At most this rank, or as high a rank as keeps this share of the energy. */
  rank?: number | undefined
  energy?: number | undefined
  /** Embeddings and output layer too. */
  embeddings: boolean
}

/** A LoRA with how much of it: 1 as trained; negative turns it round. */
export type LoraUse = LoraSource & { strength: number }

/** A LoRA on a link: what a model is changed by, and how much. */
export type LoraRecipe = { kind: 'lora' } & LoraUse

/** One turn of a conversation, as chat templates take it. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
}
