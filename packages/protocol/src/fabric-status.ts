import { schemaOf } from '@woolgather/workflow'
import { z } from 'zod'

/** Workers on several machines, and the work that waits for them. */
export interface FabricStatus {
  workers: FabricWorker[]
  queues: FabricQueue[]
  /** Another one whenever the models that the workers have are others. */
  models: string
}

/** What a worker says of itself. */
export interface WorkerPresence {
  id: string
  name: string
  /** What it runs on, and the build of its native library. */
  device: string
  engine: string
  /** Bytes of its process. */
  memory: number
  /** Files of the models it holds. */
  loaded: string[]
  /** What it is at work on: queue, cells, and nodes by how many of their cells. */
  queue?: string | undefined
  cells: number
  nodes: Record<string, number>
  /** Cells it ended in the last minute, and since it started. */
  lastMinute: number
  ended: number
}

export const fabricWorkerStates = ['working', 'idle', 'lost', 'other-build'] as const

export interface FabricWorker extends WorkerPresence {
  /** `other-build`: it computes with other code than this server, and is given nothing. */
  state: (typeof fabricWorkerStates)[number]
  /** When it was last heard, milliseconds since the epoch. */
  heardAt: number
}

/** How much stands in one line: chunks that somebody waits for, and others; those that are worked on count. */
export interface QueueLength {
  queue: string
  interactive: number
  others: number
}

/** Chunks of cells that need the same files. */
export interface FabricQueue extends QueueLength {
  files: string[]
}

const longestName = 200

/** What a worker is called: anything that can be seen. */
export const workerNameSchema: z.ZodType<string> = z.string().max(longestName).regex(/\S/)

const count = z.int().nonnegative()

export const workerPresenceSchema = schemaOf<WorkerPresence>()(
  z.object({
    id: z.string().min(1).max(longestName),
    name: workerNameSchema,
    device: z.string(),
    engine: z.string(),
    memory: z.number(),
    loaded: z.array(z.string()),
    queue: z.string().optional(),
    cells: count,
    nodes: z.record(z.string(), count),
    lastMinute: count,
    ended: count,
  }),
)

export const fabricStatusSchema = schemaOf<FabricStatus>()(
  z.object({
    workers: z.array(
      workerPresenceSchema.and(z.object({ state: z.enum(fabricWorkerStates), heardAt: z.number() })),
    ),
    models: z.string(),
    queues: z.array(
      z.object({ queue: z.string(), files: z.array(z.string()), interactive: count, others: count }),
    ),
  }),
)
