import { schemaOf } from '@woolgather/workflow'
import { z } from 'zod'

/** Workers on several machines, and the work that waits for them. */
export interface FabricStatus {
  workers: FabricWorker[]
  queues: FabricQueue[]
}

export const fabricWorkerStates = ['working', 'idle', 'lost', 'other-build'] as const

export interface FabricWorker {
  id: string
  name: string
  /** `other-build`: it computes with other code than this server, and is given nothing. */
  state: (typeof fabricWorkerStates)[number]
  /** When it was last heard, milliseconds since the epoch. */
  heardAt: number
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

/** Chunks of cells that need the same files. */
export interface FabricQueue {
  queue: string
  files: string[]
  /** Chunks that somebody waits for, and others; those that are worked on count. */
  interactive: number
  others: number
}

const count = z.int().nonnegative()

export const fabricStatusSchema = schemaOf<FabricStatus>()(
  z.object({
    workers: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        state: z.enum(fabricWorkerStates),
        heardAt: z.number(),
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
    ),
    queues: z.array(
      z.object({ queue: z.string(), files: z.array(z.string()), interactive: count, others: count }),
    ),
  }),
)
