import {
  runErrorSchema,
  runEventSchema,
  errorCodes,
  workflowSchema,
  type Issue,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'
import type { QueueChange } from './http-runs.ts'

/** Rises when a client made for an older number could misread a message. */
export const protocolVersion = 1 as const

/** What a client says over the socket. */
export type ClientMessage =
  /** First message of a connection. */
  | { type: 'hello'; protocol: number }
  /** Asks for a run; answered by `run.accepted` or `run.rejected` with the same request id. Subscribes to the run. */
  | { type: 'run.submit'; request: string; workflow: Workflow; targets?: string[] | undefined }
  | { type: 'run.cancel'; run: string }
  /** Takes up an interrupted run: it waits and goes on under its number, and what it finished is kept. */
  | { type: 'run.resume'; run: string }
  /** Sends every event numbered above `after` (−1: all), then new ones as they come. */
  /** Changes the queue: pauses it, puts a waiting run elsewhere, cancels all that wait. */
  | ({ type: 'queue.change' } & QueueChange)
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
  /** A message that could not be understood or served. */
  | { type: 'error'; error: RunError; run?: string | undefined }

/** How the process next to the hardware is doing. */
export interface WorkerStatus {
  state: 'starting' | 'ready' | 'restarting' | 'stopped'
  /** What it runs on, once ready: "CPU, 1 thread", "CUDA, NVIDIA RTX 4090". */
  device?: string | undefined
  /** Why it is not ready. */
  error?: RunError | undefined
}

const issueSchema: z.ZodType<Issue> = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  node: z.string().optional(),
  input: z.string().optional(),
  hint: z.string().optional(),
}) as z.ZodType<Issue>

export const workerStatusSchema: z.ZodType<WorkerStatus> = z.object({
  state: z.enum(['starting', 'ready', 'restarting', 'stopped']),
  device: z.string().optional(),
  error: runErrorSchema.optional(),
})

const id = z.string().min(1).max(200)

export const clientMessageSchema: z.ZodType<ClientMessage> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), protocol: z.int() }),
  z.strictObject({
    type: z.literal('run.submit'),
    request: id,
    workflow: workflowSchema,
    targets: z.array(id).optional(),
  }),
  z.strictObject({ type: z.literal('run.cancel'), run: id }),
  z.strictObject({ type: z.literal('run.resume'), run: id }),
  z.strictObject({
    type: z.literal('queue.change'),
    paused: z.boolean().optional(),
    move: z.strictObject({ run: id, place: z.int().min(0) }).optional(),
    clear: z.literal(true).optional(),
  }),
  z.strictObject({ type: z.literal('run.subscribe'), run: id, after: z.int().min(-1) }),
  z.strictObject({ type: z.literal('run.unsubscribe'), run: id }),
])

export const serverMessageSchema: z.ZodType<ServerMessage> = z.discriminatedUnion('type', [
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
  z.object({ type: z.literal('error'), error: runErrorSchema, run: id.optional() }),
])
