import {
  cellChoiceFields,
  cellChoiceSchema,
  jsonSchema,
  runErrorSchema,
  runEventSchema,
  runStatuses,
  listOf,
  schemaOf,
  workflowSchema,
  type CellChoice,
  type CellEnding,
  type Json,
  type Outputs,
  type RunError,
  type RunEvent,
  type RunStatus,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'

export type StoredStatus = RunStatus | 'queued' | 'running'

/** What of a workflow to run. */
export interface RunChoices {
  /** Nodes to run, with what they need; absent: every node that nothing links from. */
  targets?: string[] | undefined
  /** Cells to run whatever the cache holds. */
  fresh?: CellChoice[] | undefined
}

/** Body of `POST /api/runs`: a workflow, or the id of a saved one. */
export interface SubmitRunRequest extends RunChoices {
  workflow?: Workflow | undefined
  id?: string | undefined
  /** Run it before all that wait. */
  next?: boolean | undefined
  /** Before all that wait with a lower one; default 0. What is there to be looked at while others wait has a higher one. */
  priority?: number | undefined
  /** Values by name of an `api/input`, or by `node.input`. */
  inputs?: Record<string, Json> | undefined
  /** Name of an address of the server's own configuration that is told when the run has ended. */
  webhook?: string | undefined
}

/** How telling of an end stands. Trouble with it changes nothing about the run. */
export interface WebhookDelivery {
  name: string
  /** `pending`: the run goes on, or it was not taken yet and is tried again. */
  state: 'pending' | 'delivered' | 'failed'
  /** Since the run ended. */
  attempts: number
  /** Why the last attempt failed. */
  error?: RunError | undefined
}

/** What a webhook is sent, in the form of the Standard Webhooks. */
export interface WebhookMessage {
  type: 'run.finished'
  /** When the run ended, as ISO 8601. */
  timestamp: string
  data: Omit<RunDetails, 'workflow' | 'targets' | 'versions' | 'seeds' | 'webhook'> & {
    /** Where on the server the run is, with what is not here. */
    path: string
    /** The outputs are too long for a message, even as references: they are at `path`. */
    outputsLeftOut?: true | undefined
  }
}

/** Cells of a run to cancel; the rest of it goes on. */
export interface CellCancellation extends CellChoice {
  /** Everything that depends on them too. */
  branch?: boolean | undefined
  /** Rather than being cancelled, those under way end with what they have so far, where their node can. */
  keep?: boolean | undefined
}

export const cellCancellationSchema = schemaOf<CellCancellation>()(
  z.strictObject({ ...cellChoiceFields, branch: z.boolean().optional(), keep: z.boolean().optional() }),
)

/** A run in the history. */
export interface RunSummary {
  run: string
  /** Counts up with every run. */
  number: number
  name: string
  status: StoredStatus
  /** Milliseconds since the epoch. */
  created: number
  /** When it left the queue, the last time it did. */
  started?: number | undefined
  finished?: number | undefined
  /** Absent where none was named. */
  webhook?: WebhookDelivery | undefined
}

export interface RunVersions {
  woolgather: string
  /** Build of the native library. */
  llama?: string | undefined
  /** Node types in the workflow → version. */
  nodes: Record<string, number>
}

/** A run with what it was made of. What each cell did and why is in its events. */
export interface RunDetails extends RunSummary {
  workflow: Workflow
  targets?: string[] | undefined
  /** What it was run with; absent before it begins. */
  versions?: RunVersions | undefined
  /** Seeds drawn for nodes without one; absent before it begins. */
  seeds?: Record<string, number> | undefined
  /** Cells by how they ended. */
  cells: Record<CellEnding, number>
  error?: RunError | undefined
  /**
   * What it gave, once it has ended: node → output → value, labelled where something is swept. Where all together is
   * too long for one answer, long ones are `{ artifact, type, bytes }`.
   */
  outputs?: Outputs | undefined
}

/** `GET /api/runs?status=&name=&limit=&before=`: newest first. */
export interface RunsResponse {
  runs: RunSummary[]
  /** Ask again with `before` this number for older ones; absent: there are none. */
  next?: number | undefined
}

/** `GET /api/runs/:id/events?after=n`: the events numbered above `n` (−1: all), as many as fit one answer. */
export interface RunEventsResponse {
  events: RunEvent[]
  /** There are later ones: ask again after the last of these. */
  more: boolean
}

/** `POST /api/runs`, `…/cancel` and `…/resume` */
export interface RunAccepted {
  run: string
}

/** `GET /api/queue` */
export interface QueueState {
  /** Nothing more is begun; what runs goes on. */
  paused: boolean
  running: string[]
  /** In the order in which they will be begun. */
  waiting: string[]
}

/** Body of `PATCH /api/queue`: what is to change. */
export interface QueueChange {
  paused?: boolean | undefined
  /** Puts a waiting run at a place in line, 0 the next one. */
  move?: { run: string; place: number } | undefined
  /** Cancels all that wait. */
  clear?: true | undefined
}

/** `POST /api/upload?name=table.csv`: a file that workflows can name. */
export interface UploadResponse {
  /** As an input of type file names it. */
  file: string
  bytes: number
  sha256: string
}

const storedStatuses: readonly [StoredStatus, ...StoredStatus[]] = ['queued', 'running', ...runStatuses]

export const submittedFields = {
  id: z.string().min(1).max(100).optional(),
  targets: listOf(z.string().min(1).max(200)).max(10_000).optional(),
  next: z.boolean().optional(),
  fresh: listOf(cellChoiceSchema).max(10_000).optional(),
  priority: z.int().min(-100).max(100).optional(),
  inputs: z.record(z.string().max(400), jsonSchema).optional(),
  webhook: z.string().min(1).max(100).optional(),
}

export const submitRunSchema = schemaOf<SubmitRunRequest>()(
  z.strictObject({ workflow: workflowSchema.optional(), ...submittedFields }),
)

/** What is beside the workflow. */
export const submittedSchema = schemaOf<Omit<SubmitRunRequest, 'workflow'>>()(z.strictObject(submittedFields))

export const runsQuerySchema = z.strictObject({
  status: z.enum(storedStatuses).optional(),
  /** Part of the name of the workflow. */
  name: z.string().max(200).optional(),
  limit: z.coerce.number<number>().int().min(1).max(200).default(50),
  before: z.coerce.number<number>().int().min(1).optional(),
})
export type RunsQuery = z.output<typeof runsQuerySchema>

export const cleanRunsSchema = z.strictObject({ keep: z.string().min(1).max(100) })

/** Seconds to wait for the end of a run. */
export const waitQuerySchema = z.strictObject({
  wait: z.coerce.number<number>().min(0).max(600).default(0),
})

export const runEventsQuerySchema = z.object({
  after: z.coerce.number<number>().int().min(-1).default(-1),
})

const webhookDeliverySchema = schemaOf<WebhookDelivery>()(
  z.object({
    name: z.string(),
    state: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    error: runErrorSchema.optional(),
  }),
)
const summary = {
  run: z.string(),
  number: z.int(),
  name: z.string(),
  status: z.enum(storedStatuses),
  created: z.number(),
  started: z.number().optional(),
  finished: z.number().optional(),
  webhook: webhookDeliverySchema.optional(),
}

export const runSummarySchema = schemaOf<RunSummary>()(z.object(summary))
export const runsResponseSchema = schemaOf<RunsResponse>()(
  z.object({
    runs: z.array(runSummarySchema),
    next: z.int().optional(),
  }),
)
export const runVersionsSchema = schemaOf<RunVersions>()(
  z.object({
    woolgather: z.string(),
    llama: z.string().optional(),
    nodes: z.record(z.string(), z.int()),
  }),
)
export const runDetailsSchema = schemaOf<RunDetails>()(
  z.object({
    ...summary,
    workflow: workflowSchema,
    targets: z.array(z.string()).optional(),
    versions: runVersionsSchema.optional(),
    seeds: z.record(z.string(), z.number()).optional(),
    cells: z.object({
      finished: z.int(),
      cached: z.int(),
      failed: z.int(),
      cancelled: z.int(),
      skipped: z.int(),
    }),
    error: runErrorSchema.optional(),
    outputs: z.record(z.string(), z.record(z.string(), jsonSchema)).optional(),
  }),
)
export const runEventsResponseSchema = schemaOf<RunEventsResponse>()(
  z.object({
    events: z.array(runEventSchema),
    more: z.boolean(),
  }),
)
export const queueStateSchema = schemaOf<QueueState>()(
  z.object({
    paused: z.boolean(),
    running: z.array(z.string()),
    waiting: z.array(z.string()),
  }),
)
export const queueChangeSchema = schemaOf<QueueChange>()(
  z.strictObject({
    paused: z.boolean().optional(),
    move: z.strictObject({ run: z.string().min(1).max(200), place: z.int().min(0) }).optional(),
    clear: z.literal(true).optional(),
  }),
)
export const runAcceptedSchema = schemaOf<RunAccepted>()(z.object({ run: z.string() }))
export const uploadResponseSchema = schemaOf<UploadResponse>()(
  z.object({
    file: z.string(),
    bytes: z.int(),
    sha256: z.string(),
  }),
)
