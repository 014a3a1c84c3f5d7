import {
  brokenPackageSchema,
  cellChoiceSchema,
  outputSchema,
  runErrorSchema,
  runEventSchema,
  schemaOf,
  workflowSchema,
  type BrokenPackage,
  type CellChoice,
  type Coordinate,
  type RanCell,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'
import { cellCancellationSchema, type CellCancellation } from './http-runs.ts'
import { modelFileSchema, type ModelFile } from './http.ts'
import { fabricStatusSchema, type FabricStatus } from './fabric-status.ts'
import { workerMemorySchema, type WorkerMemory } from './socket-messages.ts'

/** Folders a worker reads and writes; absolute paths. Nothing outside them is touched. */
export interface WorkerFolders {
  /** Searched in order for `demo/storyteller.gguf` and the like; the first is where downloads go. */
  models: string[]
  /** Where save nodes write. */
  output: string
  /** Artifacts and cache. */
  data: string
  /** Packages of nodes, loaded when the worker starts. Named by who starts it, never by a workflow. */
  nodes?: string[] | undefined
}

/** What is left of a run whose worker process ended, or whose server did. */
export interface LeftOver {
  /** Cells that ended: they are not run or told again. */
  settled: RanCell[]
  /** Cells that ran when the process ended: tried one at a time. */
  suspects: { node: string; at: Coordinate }[]
}

/** What a worker process asks of other machines: files that were made there under a name, and for them. */
export type SharingQuestion =
  /** Whether it is there, or to be made here; `about` how many bytes it may have. Without `about` it cannot be made here. */
  | { ask: 'find'; name: string; about?: number | undefined }
  | { ask: 'fetch'; name: string; file: string }
  | { ask: 'keep'; name: string; file: string; notes: string[] }
  /** It is not made here after all. */
  | { ask: 'give-up'; name: string }

/** `yes`: it is there, was fetched, or kept. */
export interface SharingAnswer {
  yes: boolean
  bytes?: number | undefined
  notes?: string[] | undefined
}

/** What a server or CLI asks of a worker process. */
export type WorkerRequest =
  | {
      type: 'run'
      run: string
      workflow: Workflow
      targets?: string[] | undefined
      /** Seeds of nodes without one, as drawn before. */
      seeds?: Record<string, number> | undefined
      /** Cells to run whatever the cache holds. */
      fresh?: CellChoice[] | undefined
      leftOver?: LeftOver | undefined
      /** Whether somebody waits for it, default true: of work for several machines it goes first. */
      interactive?: boolean | undefined
    }
  /** The whole run, or some cells of it. */
  | { type: 'cancel'; run: string; cells?: CellCancellation | undefined }
  /** To what it asked by this number. */
  | { type: 'shared'; number: number; answer: SharingAnswer }
  /** Unload every model that is not in use. */
  | { type: 'unload' }
  /** Answered by `pong`, unless it hangs. */
  | { type: 'ping' }
  /** Finish nothing more, free the models, exit. */
  | { type: 'shutdown' }

/** What a worker process answers. */
export type WorkerMessage =
  /** Sent once, when the native library is loaded. `code` tells the code that computes from any other. */
  | {
      type: 'ready'
      device: string
      build: string
      code?: string | undefined
      leftOut?: BrokenPackage[] | undefined
    }
  | { type: 'events'; run: string; events: RunEvent[] }
  | { type: 'pong' }
  /** What it holds in memory, when that has changed. */
  | { type: 'memory'; memory: WorkerMemory }
  /** Who works for it elsewhere and what waits there, when that has changed. */
  | { type: 'fabric'; fabric: FabricStatus }
  /** Which models its workers elsewhere have, when that has changed. */
  | { type: 'offered'; models: ModelFile[] }
  /** What befell the way to its workers elsewhere, for people; it goes on. */
  | { type: 'trouble'; text: string }
  /** What it asks of other machines, answered by `shared` with the same number. */
  | { type: 'sharing'; number: number; asks: SharingQuestion }
  /** It could not start: no native library, wrong version. The process then exits. */
  | { type: 'failed'; error: RunError }

const cell = { node: z.string(), at: z.record(z.string(), z.int().nonnegative()) }

const leftOverSchema = schemaOf<LeftOver>()(
  z.object({
    settled: z.array(
      z.union([
        z.object({ ...cell, outputs: z.record(z.string(), outputSchema) }),
        z.object({ ...cell, error: runErrorSchema }),
      ]),
    ),
    suspects: z.array(z.object(cell)),
  }),
)

const sharingQuestionSchema = schemaOf<SharingQuestion>()(
  z.discriminatedUnion('ask', [
    z.object({ ask: z.literal('find'), name: z.string(), about: z.number().optional() }),
    z.object({ ask: z.literal('fetch'), name: z.string(), file: z.string() }),
    z.object({ ask: z.literal('keep'), name: z.string(), file: z.string(), notes: z.array(z.string()) }),
    z.object({ ask: z.literal('give-up'), name: z.string() }),
  ]),
)

const sharingAnswerSchema = schemaOf<SharingAnswer>()(
  z.object({ yes: z.boolean(), bytes: z.number().optional(), notes: z.array(z.string()).optional() }),
)

export const workerRequestSchema = schemaOf<WorkerRequest>()(
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('run'),
      run: z.string(),
      workflow: workflowSchema,
      targets: z.array(z.string()).optional(),
      seeds: z.record(z.string(), z.number()).optional(),
      fresh: z.array(cellChoiceSchema).optional(),
      leftOver: leftOverSchema.optional(),
      interactive: z.boolean().optional(),
    }),
    z.object({
      type: z.literal('cancel'),
      run: z.string(),
      cells: cellCancellationSchema.optional(),
    }),
    z.object({ type: z.literal('shared'), number: z.int(), answer: sharingAnswerSchema }),
    z.object({ type: z.literal('unload') }),
    z.object({ type: z.literal('ping') }),
    z.object({ type: z.literal('shutdown') }),
  ]),
)

export const workerMessageSchema = schemaOf<WorkerMessage>()(
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('ready'),
      device: z.string(),
      build: z.string(),
      code: z.string().optional(),
      leftOut: z.array(brokenPackageSchema).optional(),
    }),
    z.object({ type: z.literal('events'), run: z.string(), events: z.array(runEventSchema) }),
    z.object({ type: z.literal('pong') }),
    z.object({ type: z.literal('memory'), memory: workerMemorySchema }),
    z.object({ type: z.literal('fabric'), fabric: fabricStatusSchema }),
    z.object({ type: z.literal('offered'), models: z.array(modelFileSchema) }),
    z.object({ type: z.literal('trouble'), text: z.string() }),
    z.object({ type: z.literal('sharing'), number: z.int(), asks: sharingQuestionSchema }),
    z.object({ type: z.literal('failed'), error: runErrorSchema }),
  ]),
)
