import {
  defineNode as define,
  type InputDefinition,
  type NodeDefinition,
  type OutputDefinition,
} from '@woolgather/engine'
import type { Constraint, ConstraintSource } from '@woolgather/constraint'
import type { ControlVector, LanguageModel, VectorUse } from '@woolgather/llama'
import type { TrainingJob, TrainingOutcome, TrainingUpdate } from '@woolgather/train'
import type { SaveOptions, Weights, WorkOptions } from '@woolgather/weights'
import type { Json, LoraUse, ModelRecipe, Warning } from '@woolgather/workflow'

/** What the host of the node library provides; the worker does, next to the hardware. */
export interface NodeServices {
  models: Models
  weights: Weights
  training: Training
  files: Files
}

export interface Training {
  /**
   * Trains a LoRA in a process of its own; what was trained before from the same is found, what was interrupted goes on.
   * @throws model-unsupported, model-too-large, adapter-mismatch, training-diverged, native-crash, disk-full, cancelled
   */
  train(request: TrainRequest, options: TrainOptions): Promise<TrainedLora>
}

export interface TrainRequest extends Pick<
  TrainingJob,
  'examples' | 'held' | 'settings' | 'evaluateEvery' | 'sampleEvery' | 'keep' | 'metadata'
> {
  model: ModelRecipe
  /** What is gone on from. */
  from?: LoraUse | undefined
  /** sha256 of the dataset. */
  dataset: string
}

export interface TrainOptions {
  signal: AbortSignal
  /** Aborting ends it early: what was best so far is its result. Asked again, it goes on from there. */
  enough?: AbortSignal | undefined
  /** A sample's file is there until what this gives has settled. */
  onUpdate: (update: TrainingUpdate) => Promise<void> | void
}

export interface TrainedLora extends TrainingOutcome {
  /** sha256 of the file, by which recipes name it. */
  sha256: string
  /** What is otherwise than whoever asks may think: a base that has changed. */
  warnings: readonly Warning[]
}

/** A model ready to use, and the adapters its recipe asks for as `generate` takes them. */
export interface ReadyModel {
  model: LanguageModel
  adapters: { path: string; strength: number }[]
  /** The recipe's control vectors. */
  vectors: VectorUse[]
  /** What of its weights, which were made, is otherwise than was asked, as sentences. */
  notes: readonly string[]
  /** What of its LoRAs may not be meant so: one whose base is another than when it was trained. */
  warnings: readonly Warning[]
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
   * `https:` address that is written in the workflow.
   * @throws model-not-found, model-unreadable, model-unsupported, download-failed, checksum-mismatch, cancelled
   */
  locate(file: string, options: LocateOptions): Promise<string>
  /**
   * As `locate`, of a LoRA: a GGUF file, or the folder of a PEFT adapter, which may be named by one of its files.
   * @throws as `locate`
   */
  locateLora(file: string, options: LocateOptions): Promise<{ file: string } | { peft: string }>
  /**
   * The files of a checkpoint as transformers save it, by its folder or `hf:owner/repo`, fetched first as with `locate`.
   * @throws as `locate`
   */
  locateCheckpoint(
    folder: string,
    options: Omit<LocateOptions, 'sha256'>,
  ): Promise<{ folder: string; files: string[] }>
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
  /**
   * Whether the file is written in the workflow itself. An address that is put together while it runs tells the server
   * there what it is made of: it is not asked for, but what was fetched from it before is found.
   */
  written: boolean
  /** Expected sha256 of the whole file, hex. */
  sha256?: string | undefined
  signal: AbortSignal
  onProgress: (doneBytes: number, totalBytes: number) => void
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
