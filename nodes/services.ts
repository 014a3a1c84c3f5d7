import {
  defineNode as define,
  type InputDefinition,
  type NodeDefinition,
  type OutputDefinition,
} from '@woolgather/engine'
import type { Constraint, ConstraintSource } from '@woolgather/constraint'
import type { ControlVector, LanguageModel, VectorUse } from '@woolgather/llama'
import type { Likeness } from '@woolgather/merge'
import type { Json, LoraSource, LoraUse, ModelRecipe, OutputType } from '@woolgather/workflow'

/** What the host of the node library provides; the worker does, next to the hardware. */
export interface NodeServices {
  models: Models
  weights: Weights
  files: Files
}

/** A model ready to use, and the adapters its recipe asks for as `generate` takes them. */
export interface ReadyModel {
  model: LanguageModel
  adapters: { path: string; strength: number }[]
  /** The recipe's control vectors. */
  vectors: VectorUse[]
  /**
   * A constraint over this model's tokens; equal ones are compiled once.
   * @throws WoolgatherError invalid-input, for a source with errors or one that the tokens cannot spell
   */
  constrain(source: ConstraintSource): Promise<Constraint>
}

export interface Models {
  /** Every file of the models folders that can be read. */
  list(): Promise<{ file: string; kind: 'model' | 'lora' | 'vector' }[]>
  /**
   * The model file as workflows name it (path below a models folder), fetched first where `file` is an `hf:` or
   * `https:` address.
   * @throws model-not-found, model-unreadable, model-unsupported, download-failed, checksum-mismatch, cancelled
   */
  locate(file: string, options: LocateOptions): Promise<string>
  /**
   * What decides the numbers a recipe computes, besides the recipe: contents of its files, build and backend of the
   * native library. Joins the cache key of every node that computes with a model.
   */
  fingerprint(recipe: ModelRecipe): Promise<Json>
  /** Runs `work` with the recipe's model made and loaded, and keeps it loaded until `work` settles. */
  use<Result>(
    recipe: ModelRecipe,
    options: WorkOptions,
    work: (ready: ReadyModel) => Promise<Result>,
  ): Promise<Result>
  /**
   * As `use`, with the models of several recipes, in their order; equal ones are one model. All are there at once or
   * none, so that cells that each need several never wait for each other.
   * @throws model-too-large where they do not fit together
   */
  useAll<Result>(
    recipes: readonly ModelRecipe[],
    options: WorkOptions,
    work: (ready: ReadyModel[]) => Promise<Result>,
  ): Promise<Result>
  /**
   * A control vector from a file below a models folder.
   * @throws model-not-found, model-unreadable, vector-mismatch
   */
  readVector(file: string): Promise<ControlVector>
  /**
   * Writes a control vector below the first models folder, through a temporary name, with `metadata` in it.
   * @returns its path below that folder, as workflows name it
   * @throws file-outside-folders, write-failed, model-not-found
   */
  writeVector(
    file: string,
    vector: ControlVector,
    options: Pick<SaveOptions, 'overwrite' | 'metadata'>,
  ): Promise<string>
}

export interface LocateOptions {
  /** Expected sha256 of the whole file, hex. */
  sha256?: string | undefined
  signal: AbortSignal
  onProgress: (doneBytes: number, totalBytes: number) => void
}

/** What is done with the weights themselves. */
export interface Weights {
  /**
   * How alike the tensors of two models are, those whose names hold `filter`. Merges are made first.
   * @throws merge-impossible where not one tensor can be compared
   */
  compare(first: ModelRecipe, second: ModelRecipe, options: CompareOptions): Promise<ModelLikeness>
  /**
   * What a LoRA changes. One that is combined or extracted is made for that, and kept.
   * @throws adapter-mismatch, merge-impossible, model-unreadable, model-not-found
   */
  describeLora(source: LoraSource, options: WorkOptions): Promise<LoraReport>
  /** What decides the numbers of a LoRA, besides its recipe: the contents of its files. */
  fingerprintLora(source: LoraSource): Promise<Json>
  /**
   * Writes a LoRA below the first models folder, at its strength, with `metadata` in it.
   * @returns its path below that folder, as workflows name it
   * @throws as `describeLora`, file-outside-folders, write-failed
   */
  saveLora(file: string, lora: LoraUse, options: SaveOptions): Promise<string>
  /**
   * Writes a model, its LoRAs baked into its weights, below the first models folder.
   * @throws merge-impossible, disk-full, model-not-found, model-unreadable, file-outside-folders, write-failed
   */
  saveModel(file: string, recipe: ModelRecipe, options: SaveModelOptions): Promise<SavedModel>
}

export interface SavedModel {
  /** Path below that folder, as workflows name it. */
  file: string
  bytes: number
  /** What is stored otherwise than was asked, as sentences. */
  notes: readonly string[]
}

export interface WorkOptions {
  signal: AbortSignal
  onProgress: (done: number, total: number, unit: string) => void
}

export interface SaveOptions extends WorkOptions {
  overwrite: boolean
  /** Texts by their GGUF keys. */
  metadata: Readonly<Record<string, string>>
}

export interface SaveModelOptions extends SaveOptions {
  type: OutputType
}

export interface LoraReport {
  /** `kept`: share of the change's energy that the rank holds; null where that is not known. */
  tensors: { name: string; rank: number; kept: number | null }[]
  /** Tensors that were changed, but of which a LoRA holds nothing. */
  left: string[]
}

export interface CompareOptions extends WorkOptions {
  filter: string
}

export interface ModelLikeness {
  /** In the order of the first model; what only the second has comes last. */
  tensors: TensorLikeness[]
  /** Of everything compared, as one vector. */
  whole: Likeness
}

/** How alike one tensor is in two models, or why that cannot be told. */
export interface TensorLikeness {
  name: string
  /** Row length first; of the second model where only that has it. */
  shape: readonly number[]
  /** Types it is stored in; null where a model lacks it. */
  types: readonly [string | null, string | null]
  /** Absent where a model lacks it, or has it in another shape. */
  likeness?: Likeness
  /** Why there is none. */
  reason?: string
}

export interface Files {
  /**
   * Writes a file below the output folder, through a temporary name.
   * @returns its path below the output folder; a number is added where `overwrite` is false and the name is taken
   * @throws file-outside-folders, write-failed
   */
  writeOutput(name: string, text: string, options: { overwrite: boolean }): Promise<string>
  /**
   * The text of a file below the input or output folder: UTF-8, or UTF-16 that begins with its mark.
   * @throws file-outside-folders, file-not-found, file-too-large, file-unreadable (also where it is no such text)
   */
  readInput(name: string): Promise<string>
  /**
   * What is in such a file.
   * @throws file-outside-folders, file-not-found, file-too-large, file-unreadable
   */
  readInputBytes(name: string): Promise<Uint8Array>
}

export type WoolgatherNode = NodeDefinition<NodeServices>

/** Declares a node of this library. */
export function defineNode<
  const I extends Record<string, InputDefinition>,
  const O extends Record<string, OutputDefinition>,
>(definition: NodeDefinition<NodeServices, I, O>): WoolgatherNode {
  return define(definition)
}
