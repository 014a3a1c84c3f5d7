import {
  brokenPackageSchema,
  cellChoiceSchema,
  runErrorSchema,
  runEventSchema,
  issueSchema,
  listOf,
  schemaOf,
  workflowSchema,
  type BrokenPackage,
  type CellChoice,
  type Issue,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'
import { fabricStatusSchema, type FabricStatus } from './fabric-status.ts'
import { modelDownloadSchema, type ModelDownload } from './http-downloads.ts'
import {
  cellCancellationSchema,
  type CellCancellation,
  type QueueChange,
  type RunChoices,
} from './http-runs.ts'

/** Rises when a client made for an older number could misread a message. */
export const protocolVersion = 1 as const

/** What a client says over the socket. */
export type ClientMessage =
  /** First message of a connection. */
  | { type: 'hello'; protocol: number }
  /** Asks for a run; answered by `run.accepted` or `run.rejected` with the same request id. Subscribes to the run. */
  | ({ type: 'run.submit'; request: string; workflow: Workflow } & RunChoices)
  /** Cancels a run, or some cells of it. */
  | { type: 'run.cancel'; run: string; cells?: CellCancellation | undefined }
  /** Takes up an interrupted run: it waits and goes on under its number, and what it finished is kept. */
  | { type: 'run.resume'; run: string }
  /** Changes the queue: pauses it, puts a waiting run elsewhere, cancels all that wait. */
  | ({ type: 'queue.change' } & QueueChange)
  /** Sends every event numbered above `after` (−1: all), then new ones as they come. */
  | { type: 'run.subscribe'; run: string; after: number }
  | { type: 'run.unsubscribe'; run: string }

/** What the server says over the socket. */
export type ServerMessage =
  | { type: 'welcome'; protocol: number; version: string }
  | { type: 'run.accepted'; request: string; run: string }
  /** Nothing was run; every issue found is listed. */
  | { type: 'run.rejected'; request: string; issues: Issue[] }
  /** Events `from`…`to` of one run, none missing between. */
  | { type: 'run.events'; run: string; from: number; to: number; events: RunEvent[] }
  | { type: 'worker'; status: WorkerStatus }
  /** How fetching a model goes on; those that run are told to every new client. */
  | { type: 'download'; download: ModelDownload }
  /** A message that could not be understood or served. */
  | { type: 'error'; error: RunError; run?: string | undefined }

export const workerStates = ['starting', 'ready', 'stalled', 'restarting', 'stopped'] as const
/** `stalled`: it was ready and does not answer; if it goes on so it is ended, and another takes up its runs. */
export type WorkerState = (typeof workerStates)[number]

/** How the process next to the hardware is doing. */
export interface WorkerStatus {
  state: WorkerState
  /** What it runs on, once ready: "CPU, 1 thread", "CUDA, NVIDIA RTX 4090". */
  device?: string | undefined
  /** Build of the native library, once ready. */
  build?: string | undefined
  /** Why it is not ready. */
  error?: RunError | undefined
  /** What it holds, as it last told. */
  memory?: WorkerMemory | undefined
  /** Packages of nodes that do not load: it works without them. */
  leftOut?: BrokenPackage[] | undefined
  /** What holds it, where it is stalled. */
  stall?: WorkerStall | undefined
  /** What tells the code that computes from any other. */
  code?: string | undefined
  /** Workers on other machines, where it has its work done by them. */
  fabric?: FabricStatus | undefined
}

/** A worker that does not answer. */
export interface WorkerStall {
  /** When it last did, milliseconds since the epoch. */
  since: number
  /** The whole process: it was stopped, or the system gives it no time. Else a node lets nothing else have its turn. */
  standsStill: boolean
  /** The cell that holds it, or those that had begun and not ended. */
  cells: (CellChoice & { run: string })[]
}

export interface WorkerMemory {
  /** Bytes of the process that are in memory, the libraries' and mapped files' included. */
  rss: number
  models: LoadedModel[]
}

/** A model that is loaded, whether it is in use or not. */
export interface LoadedModel {
  /** As workflows name it. */
  file: string
  /** Size of its tensors. */
  bytes: number
}

export const workerMemorySchema = schemaOf<WorkerMemory>()(
  z.object({
    rss: z.number(),
    models: z.array(z.object({ file: z.string(), bytes: z.number() })),
  }),
)

export const workerStallSchema = schemaOf<WorkerStall>()(
  z.object({
    since: z.number(),
    standsStill: z.boolean(),
    cells: z.array(
      z.object({ run: z.string(), node: z.string(), at: z.record(z.string(), z.int().nonnegative()) }),
    ),
  }),
)

export const workerStatusSchema = schemaOf<WorkerStatus>()(
  z.object({
    state: z.enum(workerStates),
    device: z.string().optional(),
    build: z.string().optional(),
    error: runErrorSchema.optional(),
    memory: workerMemorySchema.optional(),
    stall: workerStallSchema.optional(),
    leftOut: z.array(brokenPackageSchema).optional(),
    code: z.string().optional(),
    fabric: fabricStatusSchema.optional(),
  }),
)

const id = z.string().min(1).max(200)

export const clientMessageSchema = schemaOf<ClientMessage>()(
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('hello'), protocol: z.int() }),
    z.strictObject({
      type: z.literal('run.submit'),
      request: id,
      workflow: workflowSchema,
      targets: listOf(id).optional(),
      fresh: listOf(cellChoiceSchema).optional(),
    }),
    z.strictObject({ type: z.literal('run.cancel'), run: id, cells: cellCancellationSchema.optional() }),
    z.strictObject({ type: z.literal('run.resume'), run: id }),
    z.strictObject({
      type: z.literal('queue.change'),
      paused: z.boolean().optional(),
      move: z.strictObject({ run: id, place: z.int().min(0) }).optional(),
      clear: z.literal(true).optional(),
    }),
    z.strictObject({ type: z.literal('run.subscribe'), run: id, after: z.int().min(-1) }),
    z.strictObject({ type: z.literal('run.unsubscribe'), run: id }),
  ]),
)

export const serverMessageSchema = schemaOf<ServerMessage>()(
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('welcome'), protocol: z.int(), version: z.string() }),
    z.object({ type: z.literal('run.accepted'), request: id, run: id }),
    z.object({ type: z.literal('run.rejected'), request: id, issues: z.array(issueSchema) }),
    z.object({
      type: z.literal('run.events'),
      run: id,
      from: z.int(),
      to: z.int(),
      events: z.array(runEventSchema),
    }),
    z.object({ type: z.literal('worker'), status: workerStatusSchema }),
    z.object({ type: z.literal('download'), download: modelDownloadSchema }),
    z.object({ type: z.literal('error'), error: runErrorSchema, run: id.optional() }),
  ]),
)
