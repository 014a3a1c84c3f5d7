import {
  carriers,
  documentLimits,
  runErrorSchema,
  schemaOf,
  workflowSchema,
  type Carrier,
  type ModelKind,
  type RequiredModel,
  type RunError,
  type TrainingSizes,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'
import {
  workerMemorySchema,
  workerStallSchema,
  workerStates,
  type WorkerMemory,
  type WorkerStall,
  type WorkerState,
} from './socket-messages.ts'

/** Whose a place of models is: our folders, files that a person chose where they lie, the stores and caches of others. */
export const modelSources = ['folder', 'chosen', 'ollama', 'huggingface', 'llama.cpp', 'lmstudio'] as const

/** A model file of this machine. */
export interface ModelFile {
  /** As a workflow names it: path below the models folder, with forward slashes, `ollama:…`, or `hf:…`. */
  file: string
  /** The same. */
  ref: string
  source: (typeof modelSources)[number]
  kind: ModelKind
  bytes: number
  architecture: string
  /** e.g. `F16`, `Q4_K_M`; empty where the file does not say. */
  quantization: string
  parameters: number
  /** Of a model: bytes of memory that a token of context takes beside the weights. */
  contextBytes?: number | undefined
  /** Of a model: what its matrices are as large as, by which it is known what training takes. */
  sizes?: TrainingSizes | undefined
  name: string
  /** What it is for, as the file says, in one line. */
  description?: string | undefined
  /** Of a model: tokens of context it was made for. */
  context?: number | undefined
  /** As the file says (`apache-2.0`), or the first line of what comes with it. */
  license?: string | undefined
  /** Of a model: whether it brings a chat template. */
  chatTemplate?: boolean | undefined
  /** Where it brings none: the name of the one that it is used with elsewhere. */
  likeTemplate?: string | undefined
  /** Of a model: bytes of memory that it takes with 4,096 tokens of context, or as many as it has. */
  memoryBytes?: number | undefined
  /** Whether this machine has so much for it. */
  fits?: boolean | undefined
  /** Of a LoRA or vector: the model it was made for, as it says. */
  base?: string | undefined
  /** Of a LoRA or vector: the models here that it fits. */
  goesWith?: string[] | undefined
  /** Where Woolgather downloaded it from; then it may be deleted. */
  downloadedFrom?: string | undefined
  /**
   * Names of the workers of other machines that have it, where those run the models: none where it is on the server alone.
   * Absent where this machine runs them.
   */
  workers?: string[] | undefined
}

/** A model file that cannot be used. */
export interface BrokenModel {
  file: string
  message: string
  hint?: string | undefined
}

/** What is said about an example that comes along. */
export interface AboutExample {
  group: string
  /** What is seen when it runs. */
  sentence: string
}

/** A saved workflow, without its graph. `revision` changes with every save. */
export interface WorkflowSummary {
  id: string
  name: string
  nodes: number
  revision: string
  /** Shipped with Woolgather: opened as a copy, never overwritten. */
  example: boolean
  /** Of the examples that come along; they are listed in their order. */
  about?: AboutExample | undefined
}

export interface SavedWorkflow extends WorkflowSummary {
  workflow: Workflow
}

/** Body of `PUT /api/workflows/:id`. `revision` is the one that was read; absent creates a new one. */
export interface SaveWorkflowRequest {
  workflow: Workflow
  revision?: string | undefined
}

/** A state a saved workflow was in. */
export interface WorkflowRevision {
  revision: string
  name: string
  nodes: number
  /** When it was saved, milliseconds since the epoch. */
  saved: number
}

/** A model that a workflow needs and this server does not have, or has another file of that name. */
export interface MissingModel extends RequiredModel {
  problem: 'absent' | 'different'
  /** What it is used as; absent: a model. */
  kind?: ModelKind | undefined
  /** Names of files that are here and have the same contents; absent: none. */
  same?: string[] | undefined
  /** Others that are here and could stand in, those first that are called alike; of LoRAs and vectors those that fit. */
  instead?: string[] | undefined
  /** The host that its source would be asked for the first time: a person is asked before. */
  host?: string | undefined
}

/** What `POST /api/import` reads of a file: a document, or the beginning of an output, where its workflow is. */
export const importBytes: number = documentLimits.bytes + 65_536

/** `POST /api/import`: the workflow in a document, a text, a table, a result or a GGUF file. Nothing is saved. */
export interface ImportedWorkflow {
  workflow: Workflow
  /** What it was found in. */
  carrier: Carrier
  /** What it needs and this server has not. */
  missing: {
    models: MissingModel[]
    /** Types of nodes, and the nodes that are of them. */
    nodeTypes: { type: string; nodes: string[] }[]
  }
}

/** `GET /health` */
export interface HealthResponse {
  /** `impaired`: it serves, and something of its data folder cannot be read or written. */
  status: 'ok' | 'impaired'
  /** What is wrong, where it is impaired. */
  error?: RunError | undefined
  version: string
  worker: WorkerState
  /** What holds the worker, where it does not answer. */
  stall?: WorkerStall | undefined
  /** Id of the server's process. */
  pid: number
  /** Bytes in memory of the server, and what its worker holds as it last told. */
  memory: { server: number; worker?: WorkerMemory | undefined }
}

/** Every answer that is not 2xx. */
export interface ErrorResponse {
  error: RunError
}

const modelKinds = ['model', 'lora', 'vector'] as const

const summary = {
  id: z.string(),
  name: z.string(),
  nodes: z.int(),
  revision: z.string(),
  example: z.boolean(),
  about: z.object({ group: z.string(), sentence: z.string() }).optional(),
}

export const workflowSummarySchema = schemaOf<WorkflowSummary>()(z.object(summary))
export const savedWorkflowSchema = schemaOf<SavedWorkflow>()(
  z.object({
    ...summary,
    workflow: workflowSchema,
  }),
)
export const workflowRevisionSchema = schemaOf<WorkflowRevision>()(
  z.object({
    revision: z.string(),
    name: z.string(),
    nodes: z.int(),
    saved: z.number(),
  }),
)
const missingModelSchema = schemaOf<MissingModel>()(
  z.object({
    file: z.string(),
    sha256: z.string().optional(),
    source: z.string().optional(),
    bytes: z.number().optional(),
    problem: z.enum(['absent', 'different']),
    kind: z.enum(modelKinds).optional(),
    same: z.array(z.string()).optional(),
    instead: z.array(z.string()).optional(),
    host: z.string().optional(),
  }),
)
export const importedWorkflowSchema = schemaOf<ImportedWorkflow>()(
  z.object({
    workflow: workflowSchema,
    carrier: z.enum(carriers),
    missing: z.object({
      models: z.array(missingModelSchema),
      nodeTypes: z.array(z.object({ type: z.string(), nodes: z.array(z.string()) })),
    }),
  }),
)
const sizesSchema = z.object({
  width: z.number(),
  blocks: z.number(),
  vocabulary: z.number(),
  heads: z.number(),
  groups: z.number(),
  keySize: z.number(),
  valueSize: z.number(),
  feedForward: z.number(),
})
export const modelFileSchema = schemaOf<ModelFile>()(
  z.object({
    file: z.string(),
    ref: z.string(),
    source: z.enum(modelSources),
    kind: z.enum(modelKinds),
    bytes: z.number(),
    architecture: z.string(),
    quantization: z.string(),
    parameters: z.number(),
    contextBytes: z.number().optional(),
    sizes: sizesSchema.optional(),
    name: z.string(),
    description: z.string().optional(),
    context: z.number().optional(),
    license: z.string().optional(),
    chatTemplate: z.boolean().optional(),
    likeTemplate: z.string().optional(),
    memoryBytes: z.number().optional(),
    fits: z.boolean().optional(),
    base: z.string().optional(),
    goesWith: z.array(z.string()).optional(),
    downloadedFrom: z.string().optional(),
    workers: z.array(z.string()).optional(),
  }),
)
export const brokenModelSchema = schemaOf<BrokenModel>()(
  z.object({ file: z.string(), message: z.string(), hint: z.string().optional() }),
)
export const healthResponseSchema = schemaOf<HealthResponse>()(
  z.object({
    status: z.enum(['ok', 'impaired']),
    error: runErrorSchema.optional(),
    version: z.string(),
    worker: z.enum(workerStates),
    stall: workerStallSchema.optional(),
    pid: z.int(),
    memory: z.object({ server: z.number(), worker: workerMemorySchema.optional() }),
  }),
)
export const errorResponseSchema = schemaOf<ErrorResponse>()(z.object({ error: runErrorSchema }))

export const saveWorkflowRequestSchema = schemaOf<SaveWorkflowRequest>()(
  z.strictObject({
    workflow: workflowSchema,
    revision: z.string().max(100).optional(),
  }),
)
