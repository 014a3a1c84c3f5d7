import {
  workflowSchema,
  type NodeDescription,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'
import type { WorkerStatus } from './socket-messages.ts'

/** Paths of the HTTP interface, in one place for server, client and tests. */
export const routes = {
  health: '/health',
  nodes: '/api/nodes',
  models: '/api/models',
  workflows: '/api/workflows',
  workflow: (id: string): string => `/api/workflows/${encodeURIComponent(id)}`,
  runs: '/api/runs',
  run: (run: string): string => `/api/runs/${encodeURIComponent(run)}`,
  cancelRun: (run: string): string => `/api/runs/${encodeURIComponent(run)}/cancel`,
  resumeRun: (run: string): string => `/api/runs/${encodeURIComponent(run)}/resume`,
  runEvents: (run: string): string => `/api/runs/${encodeURIComponent(run)}/events`,
  artifact: (hash: string): string => `/api/artifacts/${hash}`,
  socket: '/api/socket',
} as const

/** `GET /api/nodes`: every node type this server can run. */
export type NodesResponse = NodeDescription[]

/** A file in a models folder. */
export interface ModelFile {
  /** As a workflow names it: path below the models folder, with forward slashes. */
  file: string
  kind: 'model' | 'lora' | 'vector'
  bytes: number
  architecture: string
  /** e.g. `F16`, `Q4_K_M`; empty where the file does not say. */
  quantization: string
  parameters: number
  name: string
}

/** A saved workflow, without its graph. `revision` changes with every save. */
export interface WorkflowSummary {
  id: string
  name: string
  nodes: number
  revision: string
  /** Shipped with Woolgather: opened as a copy, never overwritten. */
  example: boolean
}

export interface SavedWorkflow extends WorkflowSummary {
  workflow: Workflow
}

/** Body of `PUT /api/workflows/:id`. `revision` is the one that was read; absent creates a new one. */
export interface SaveWorkflowRequest {
  workflow: Workflow
  revision?: string | undefined
}

/** `GET /health` */
export interface HealthResponse {
  status: 'ok'
  version: string
  worker: WorkerStatus['state']
}

/** `GET /api/runs/:id/events?after=n`: the events numbered above `n` (−1: all), as many as fit one answer. */
export interface RunEventsResponse {
  events: RunEvent[]
  /** There are later ones: ask again after the last of these. */
  more: boolean
}

/** Every answer that is not 2xx. */
export interface ErrorResponse {
  error: RunError
}

export const saveWorkflowRequestSchema: z.ZodType<SaveWorkflowRequest> = z.strictObject({
  workflow: workflowSchema,
  revision: z.string().max(100).optional(),
})
