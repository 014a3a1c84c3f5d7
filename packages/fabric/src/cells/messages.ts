import {
  modelFileSchema,
  workerPresenceSchema,
  type ModelFile,
  type WorkerPresence,
} from '@woolgather/protocol'
import {
  cellWorkerSchema,
  jsonSchema,
  runErrorSchema,
  runEventSchema,
  schemaOf,
  type CellWorker,
  type Json,
  type RunError,
  type RunEvent,
} from '@woolgather/workflow'
import { z } from 'zod'

/*
 * What servers and workers say to each other through a fabric. Both ends check what they read with these schemas; no code
 * travels, only which type of node runs with what.
 */

export const cellResources = ['default', 'model', 'training'] as const

/** A cell to run: everything its node is handed, as data. */
export interface CellTask {
  /** Names its result: a hash of everything that decides it. */
  address: string
  type: string
  version: number
  /** What it competes for with others. */
  resource: (typeof cellResources)[number]
  inputs: Record<string, Json>
  seed: number
  iteration: number
  /** Path of its node, and where it stands. */
  node: string
  at: Record<string, number>
  readers: Json
  /** Inputs that the author of the workflow typed in, and those that got what was typed elsewhere. */
  typed: string[]
  written: string[]
  /** Artifact with the workflow, for nodes whose files carry it. */
  workflow?: string | undefined
  /** Hosts in its inputs from which a person allowed the server to download: its workers may, too. */
  hosts?: string[] | undefined
}

/** The body of work: cells that need the same models. */
export interface Chunk {
  /** Who wants the results: topics that end in it. */
  asker: string
  tasks: CellTask[]
  /** How many workers have ended while they ran the first of them, and nothing else. */
  deaths: number
}

/** What a queue asks of a worker, kept under `needs-<queue>`. */
export interface QueueNeeds {
  /** The code that computes. */
  build: string
  /** Contents of files by the names that workflows have for them. */
  files: Record<string, string>
}

/** What lies at the address of a cell. */
export interface CellResult {
  outputs: Record<string, Json>
  /** Which worker made it, with which build of the native library on what. */
  by: CellWorker
}

export type EndedCell =
  | { address: string; outputs: Record<string, Json>; by: CellWorker }
  | { address: string; error: RunError; by: CellWorker }

/** What is told of work for good, to who asked for it. */
export interface WorkNews {
  work: string
  ended: EndedCell[]
  /** What of it goes on as other work, and where. */
  split?: { address: string; id: string; queue: string }[] | undefined
}

/** What a worker tells as it goes: tokens, progress, canvases, charts. */
export interface CellNews {
  by: CellWorker
  cells: { address: string; event: RunEvent }[]
}

/** Told to whoever runs these cells: `drop` that nobody wants them any more, `finish` to end with what they have so far. */
export interface CellSignal {
  signal: 'drop' | 'finish'
  work: string
  addresses: string[]
}

/** What a worker says of itself every few seconds, to servers. */
export interface Presence extends WorkerPresence {
  build: string
  /** Contents of the files it has, by name. */
  files: Record<string, string>
  /** Files it has, too, and still reads to know what they hold. */
  reading?: string[] | undefined
  /** Artifact that is its `Catalogue`. */
  catalogue?: string | undefined
  /** It stops, and this is the last that is heard of it. */
  leaving?: boolean | undefined
}

/** What the model files of a worker are: for people who choose one. */
export type Catalogue = { content: string; model: ModelFile }[]

/** One decode takes as many. */
export const mostCells = 64
/** Files of one worker. */
export const mostFiles = 5_000
const name = z.string().min(1).max(200)
const count = z.int().nonnegative()
const outputs = z.record(z.string(), jsonSchema)

const taskSchema = z.object({
  address: name,
  type: name,
  version: z.int(),
  resource: z.enum(cellResources),
  inputs: z.record(z.string(), jsonSchema),
  seed: z.number(),
  iteration: count,
  node: z.string(),
  at: z.record(z.string(), count),
  readers: jsonSchema,
  typed: z.array(z.string()),
  written: z.array(z.string()),
  workflow: name.optional(),
  hosts: z.array(name).max(64).optional(),
})

export const chunkSchema = schemaOf<Chunk>()(
  z.object({ asker: name, tasks: z.array(taskSchema).min(1).max(mostCells), deaths: count }),
)

export const queueNeedsSchema = schemaOf<QueueNeeds>()(
  z.object({ build: name, files: z.record(z.string(), z.string()) }),
)

export const cellResultSchema = schemaOf<CellResult>()(z.object({ outputs, by: cellWorkerSchema }))

export const workNewsSchema = schemaOf<WorkNews>()(
  z.object({
    work: name,
    ended: z.array(
      z.union([
        z.object({ address: name, outputs, by: cellWorkerSchema }),
        z.object({ address: name, error: runErrorSchema, by: cellWorkerSchema }),
      ]),
    ),
    split: z.array(z.object({ address: name, id: name, queue: name })).optional(),
  }),
)

export const cellNewsSchema = schemaOf<CellNews>()(
  z.object({
    by: cellWorkerSchema,
    cells: z.array(z.object({ address: name, event: runEventSchema })),
  }),
)

export const cellSignalSchema = schemaOf<CellSignal>()(
  z.object({ signal: z.enum(['drop', 'finish']), work: name, addresses: z.array(name) }),
)

export const presenceSchema = schemaOf<Presence>()(
  workerPresenceSchema.and(
    z.object({
      build: name,
      files: z
        .record(z.string(), z.string())
        .refine((files) => Object.keys(files).length <= mostFiles, `at most ${mostFiles} files`),
      reading: z.array(z.string()).max(mostFiles).optional(),
      catalogue: name.optional(),
      leaving: z.boolean().optional(),
    }),
  ),
)

export const catalogueSchema = schemaOf<Catalogue>()(
  z.array(z.object({ content: z.string(), model: modelFileSchema })).max(mostFiles),
)

/** Topics of a fabric. */
export const topics = {
  /** Told: a worker's presence; a question for it; what is asked of those who run cells. */
  workers: 'workers',
  who: 'who',
  signals: 'signals',
  /** Told: what goes on in cells. Followed: what became of work. */
  cells: (asker: string): string => `cells-${asker}`,
  work: (asker: string): string => `work-${asker}`,
  needs: (queue: string): string => `needs-${usualLine(queue)}`,
}

const alone = '-alone'

/** The line beside another in which stands what may have ended a worker: who takes from it has nothing else in hand. */
export function aloneLine(queue: string): string {
  return usualLine(queue) + alone
}

export function isAloneLine(queue: string): boolean {
  return queue.endsWith(alone)
}

/** The line for which the models are the same. */
export function usualLine(queue: string): string {
  return isAloneLine(queue) ? queue.slice(0, -alone.length) : queue
}
