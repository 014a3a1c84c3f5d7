import { z } from 'zod'
import { jsonSchema, type Json } from '../json/json.ts'
import { errorCodes, type Issue, type RunError, type SourcePlace } from '../issues/issues.ts'
import { schemaOf } from '../json/same-type.ts'
import { chartSchema, type ChartData } from '../links/chart-data.ts'

/** Coordinate of a cell: axis id → index along that axis. `{}` where nothing is swept. */
export type Coordinate = Record<string, number>

/** Cells of one node: those at coordinates that agree with `at`, which may leave axes open. */
export interface CellChoice {
  /** Instance path. */
  node: string
  at: Coordinate
}

/** An output too long to travel in an event (over 1 KiB of JSON): fetch it by the sha256 of its bytes. */
// not an interface: it is JSON
export type ArtifactRef = {
  artifact: string
  type: string
  bytes: number
}

export type OutputValue = Json | ArtifactRef

export const runStatuses = ['completed', 'partial', 'failed', 'cancelled', 'interrupted'] as const
export type RunStatus = (typeof runStatuses)[number]

/** Why a cell does not run: something it needs failed, or was cancelled; its run was lost; it is muted; no switch chose it. */
export const skipCauses = ['failed', 'cancelled', 'interrupted', 'muted', 'not-chosen'] as const
export type SkipCause = (typeof skipCauses)[number]

/** A worker of another machine: its name, what it runs on, and the build of its native library. */
export interface CellWorker {
  worker: string
  device: string
  engine: string
}

interface RunEventBase {
  run: string
  /** Counts up by one within a run; given once, where the event is made. */
  seq: number
  /** Milliseconds since the epoch. */
  time: number
}

interface CellEventBase extends RunEventBase {
  /** Instance path of the node: its id, or `subgraph/inner` within subgraphs. */
  node: string
  at: Coordinate
}

/** Where in a canvas, its text, and how likely the model found it; null where it was given. Part of a character shows as �. */
export type PlacedText = [place: number, text: string, probability: number | null]

interface CanvasEventBase extends CellEventBase {
  step: number
  /** As many as there are at most. */
  steps: number
  /** Places of the canvas. */
  size: number
}

export type RunEvent =
  /** Accepted; waits for a worker. */
  | (RunEventBase & { type: 'run.queued' })
  /** A worker began; `cells` is how many cells are known so far, `seeds` the seeds drawn for nodes without one. */
  | (RunEventBase & { type: 'run.started'; cells: number; seeds: Record<string, number> })
  /**
   * The process that ran it ended, which `error` explains; another takes the run up. Cells that were running begin
   * again, and what they streamed is void.
   */
  | (RunEventBase & { type: 'run.restarted'; error: RunError })
  /** How far the run is: cells settled, of those known so far. At most a few per second. */
  | (RunEventBase & { type: 'run.progress'; done: number; total: number })
  /** The last event of a run. */
  | (RunEventBase & { type: 'run.finished'; status: RunStatus; error?: RunError | undefined })
  /** One node began at one coordinate; `reason` says why it was not taken from the cache, `first` that it never ran before. */
  | (CellEventBase & { type: 'cell.started'; reason?: string | undefined; first?: true | undefined })
  /** A worker of another machine has it, or made its result before: told when that is known, again when another takes over. */
  | (CellEventBase & { type: 'cell.taken'; by: CellWorker })
  /** Work that can be counted went on: `done` of `total` (0: unknown) in `unit` ("tokens", "bytes"). */
  | (CellEventBase & { type: 'cell.progress'; done: number; total: number; unit: string })
  /** Text was generated since the last such event. Never splits a character. `logprobs`: of its tokens, where asked for. */
  | (CellEventBase & { type: 'cell.token'; text: string; logprobs?: Json[] | undefined })
  /**
   * A `step` of `steps` of denoising: which places of a canvas of `size` were filled, and which were masked again. Step 0
   * tells what stands there from the beginning.
   */
  | (CanvasEventBase & { type: 'cell.canvas'; set: PlacedText[]; cleared: number[] })
  /** How what it does goes, as a chart: the whole of it, in place of the one before. */
  | (CellEventBase & { type: 'cell.chart'; chart: ChartData })
  /** Done; `milliseconds` of running, waiting for a slot not counted. */
  | (CellEventBase & { type: 'cell.finished'; outputs: Record<string, OutputValue>; milliseconds: number })
  /** Not run: the result of an earlier run with the same inputs is used. */
  | (CellEventBase & { type: 'cell.cached'; outputs: Record<string, OutputValue>; reason: string })
  /** Failed, or was cancelled, which `error` tells by its code. */
  | (CellEventBase & { type: 'cell.failed'; error: RunError })
  /** Will not run. `reason` is for people, `because` for programs; absent in runs of earlier versions. */
  | (CellEventBase & { type: 'cell.skipped'; reason: string; because?: SkipCause | undefined })

export type RunEventType = RunEvent['type']

/** Of each event whether it tells of work going on, of which more is about to come: what lasts of it, others tell. */
const streams: Readonly<Record<RunEventType, boolean>> = {
  'run.queued': false,
  'run.started': false,
  'run.restarted': false,
  'run.progress': true,
  'run.finished': false,
  'cell.started': false,
  'cell.taken': false,
  'cell.progress': true,
  'cell.token': true,
  'cell.canvas': true,
  'cell.chart': true,
  'cell.finished': false,
  'cell.cached': false,
  'cell.failed': false,
  'cell.skipped': false,
}

export const runEventTypes = Object.keys(streams) as RunEventType[]

/** Whether an event can be left out, or told later together with the next, by whoever wants to know how a run ends. */
export function isStream({ type }: RunEvent): boolean {
  return streams[type]
}

/** About one cell. */
export type CellEvent = Extract<RunEvent, { node: string }>

/** A run event before the run gives it its number and time. */
export type RunEventBody = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'run' | 'seq' | 'time'>
    : never
  : never

export const sourcePlaceSchema: z.ZodType<SourcePlace> = schemaOf<SourcePlace>()(
  z.object({
    line: z.int().positive().optional(),
    column: z.int().positive().optional(),
    position: z.int().nonnegative().optional(),
    path: z.string().max(4_000).optional(),
  }),
)

const issue = {
  code: z.enum(errorCodes),
  message: z.string(),
  node: z.string().optional(),
  input: z.string().optional(),
  where: sourcePlaceSchema.optional(),
  hint: z.string().optional(),
  host: z.string().optional(),
  more: z.number().optional(),
}

export const issueSchema: z.ZodType<Issue> = schemaOf<Issue>()(z.object(issue))

export const runErrorSchema: z.ZodType<RunError> = schemaOf<RunError>()(
  z.object({
    ...issue,
    at: z.record(z.string(), z.number()).optional(),
    cause: z.string().optional(),
    worker: z.string().optional(),
  }),
)

/** What an output is as JSON, a reference to it included. */
export const outputSchema: z.ZodType<OutputValue> = jsonSchema

const base = { run: z.string(), seq: z.int().nonnegative(), time: z.number() }
const cell = { ...base, node: z.string(), at: z.record(z.string(), z.int().nonnegative()) }
const outputs = z.record(z.string(), outputSchema)

export const cellWorkerSchema: z.ZodType<CellWorker> = schemaOf<CellWorker>()(
  z.object({ worker: z.string(), device: z.string(), engine: z.string() }),
)

export const cellChoiceFields = {
  node: z.string().min(1).max(400),
  at: z.record(z.string().max(400), z.int().nonnegative()),
}
export const cellChoiceSchema: z.ZodType<CellChoice> = schemaOf<CellChoice>()(
  z.strictObject(cellChoiceFields),
)

export const runEventSchema: z.ZodType<RunEvent> = schemaOf<RunEvent>()(
  z.discriminatedUnion('type', [
    z.object({ ...base, type: z.literal('run.queued') }),
    z.object({
      ...base,
      type: z.literal('run.started'),
      cells: z.number(),
      seeds: z.record(z.string(), z.number()),
    }),
    z.object({ ...base, type: z.literal('run.restarted'), error: runErrorSchema }),
    z.object({ ...base, type: z.literal('run.progress'), done: z.number(), total: z.number() }),
    z.object({
      ...base,
      type: z.literal('run.finished'),
      status: z.enum(runStatuses),
      error: runErrorSchema.optional(),
    }),
    z.object({
      ...cell,
      type: z.literal('cell.started'),
      reason: z.string().optional(),
      first: z.literal(true).optional(),
    }),
    z.object({ ...cell, type: z.literal('cell.taken'), by: cellWorkerSchema }),
    z.object({
      ...cell,
      type: z.literal('cell.progress'),
      done: z.number(),
      total: z.number(),
      unit: z.string(),
    }),
    z.object({
      ...cell,
      type: z.literal('cell.token'),
      text: z.string(),
      logprobs: z.array(jsonSchema).optional(),
    }),
    z.object({
      ...cell,
      type: z.literal('cell.canvas'),
      step: z.int().nonnegative(),
      steps: z.int().nonnegative(),
      size: z.int().nonnegative(),
      set: z.array(z.tuple([z.int().nonnegative(), z.string(), z.number().nullable()])),
      cleared: z.array(z.int().nonnegative()),
    }),
    z.object({ ...cell, type: z.literal('cell.chart'), chart: chartSchema }),
    z.object({ ...cell, type: z.literal('cell.finished'), outputs, milliseconds: z.number() }),
    z.object({ ...cell, type: z.literal('cell.cached'), outputs, reason: z.string() }),
    z.object({ ...cell, type: z.literal('cell.failed'), error: runErrorSchema }),
    z.object({
      ...cell,
      type: z.literal('cell.skipped'),
      reason: z.string(),
      because: z.enum(skipCauses).optional(),
    }),
  ]),
)

/** How a cell ended. */
export type CellEnding = 'finished' | 'cached' | 'failed' | 'cancelled' | 'skipped'

/** How a cell ended with this event; undefined where it did not. What was cancelled has not failed. */
export function cellEnding(event: RunEvent): CellEnding | undefined {
  if (!('node' in event)) return undefined
  switch (event.type) {
    case 'cell.started':
    case 'cell.taken':
    case 'cell.progress':
    case 'cell.token':
    case 'cell.canvas':
    case 'cell.chart':
      return undefined
    case 'cell.finished':
      return 'finished'
    case 'cell.cached':
      return 'cached'
    case 'cell.failed':
      return event.error.code === 'cancelled' ? 'cancelled' : 'failed'
    case 'cell.skipped':
      return event.because === 'cancelled' ? 'cancelled' : 'skipped'
    default:
      // Nothing that a later version tells.
      return void (event satisfies never)
  }
}

/**
 * Whether an output of an event is a reference. Every one that looks like one is: what a node gives in that shape is sent
 * as a reference itself, as short as it may be.
 */
export function isArtifactRef(value: OutputValue): value is ArtifactRef {
  return (
    typeof value === 'object' &&
    value !== null &&
    'artifact' in value &&
    typeof value['artifact'] === 'string' &&
    sha256Pattern.test(value['artifact']) &&
    typeof value['type'] === 'string' &&
    typeof value['bytes'] === 'number' &&
    Object.keys(value).length === 3
  )
}

const sha256Pattern = /^[0-9a-f]{64}$/
