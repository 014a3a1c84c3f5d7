import {
  runErrorSchema,
  runEventSchema,
  workflowSchema,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'

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

/** What a server or CLI asks of a worker process. */
export type WorkerRequest =
  | { type: 'run'; run: string; workflow: Workflow; targets?: string[] | undefined }
  | { type: 'cancel'; run: string }
  /** Finish nothing more, free the models, exit. */
  | { type: 'shutdown' }

/** What a worker process answers. */
export type WorkerMessage =
  /** Sent once, when the native library is loaded. */
  | { type: 'ready'; device: string; build: string }
  | { type: 'events'; run: string; events: RunEvent[] }
  /** It could not start: no native library, wrong version. The process then exits. */
  | { type: 'failed'; error: RunError }

export const workerRequestSchema: z.ZodType<WorkerRequest> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    run: z.string(),
    workflow: workflowSchema,
    targets: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('cancel'), run: z.string() }),
  z.object({ type: z.literal('shutdown') }),
])

export const workerMessageSchema: z.ZodType<WorkerMessage> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), device: z.string(), build: z.string() }),
  z.object({ type: z.literal('events'), run: z.string(), events: z.array(runEventSchema) }),
  z.object({ type: z.literal('failed'), error: runErrorSchema }),
])
