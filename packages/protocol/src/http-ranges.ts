import {
  jsonSchema,
  listOf,
  runErrorSchema,
  runEventSchema,
  schemaOf,
  workflowSchema,
  type Json,
  type RunError,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import { z } from 'zod'
import { submittedFields, type RunEventsResponse, type SubmitRunRequest } from './http-runs.ts'

/** Runs that are submitted, and followed, together. */
export const mostTogether = 1_024

/** Seconds that a request for news may wait for some. */
const longestWait = 60

/** Body of `POST /api/runs/range`: a run for each row of a table. */
export interface SubmitRangeRequest extends Pick<SubmitRunRequest, 'targets' | 'priority' | 'webhook'> {
  workflow: Workflow
  /** For each run the nodes in which it differs, whole; the others are as in the workflow. */
  rows: Record<string, WorkflowNode>[]
}

/** For each row, in their order. A row that is refused keeps no other from being run. */
export interface RangeAccepted {
  runs: ({ run: string } | { error: RunError })[]
}

/** Body of `POST /api/runs/events`: what is new of runs, as soon as there is something. */
export interface FollowRunsRequest {
  /** The events numbered above `after`, −1: all. */
  runs: { run: string; after: number }[]
  /** Seconds; default: at once, whether there is something or not. */
  wait?: number | undefined
}

/** Of those runs that have something new, or are not known; perhaps not all of it: ask again after the last of these. */
export interface RunsNews {
  runs: ({ run: string; events: RunEventsResponse['events'] } | { run: string; unknown: true })[]
}

const run = z.string().min(1).max(200)
const { targets, priority, webhook } = submittedFields

/** What is beside the workflow and what its rows change, which are read as documents are. */
export const rangeChoicesSchema = schemaOf<Omit<SubmitRangeRequest, 'workflow' | 'rows'>>()(
  z.strictObject({ targets, priority, webhook }),
)

/** The rows of a request as they come. */
export const rangeRowsSchema: z.ZodType<Record<string, Json>[]> = listOf(z.record(z.string(), jsonSchema))
  .min(1)
  .max(mostTogether)

export const submitRangeSchema = z.strictObject({
  workflow: workflowSchema,
  rows: rangeRowsSchema as unknown as z.ZodType<SubmitRangeRequest['rows']>,
  ...{ targets, priority, webhook },
})

export const rangeAcceptedSchema = schemaOf<RangeAccepted>()(
  z.object({ runs: z.array(z.union([z.object({ run }), z.object({ error: runErrorSchema })])) }),
)

export const followRunsSchema = schemaOf<FollowRunsRequest>()(
  z.strictObject({
    runs: z
      .array(z.strictObject({ run, after: z.int().min(-1) }))
      .min(1)
      .max(mostTogether),
    wait: z.number().min(0).max(longestWait).optional(),
  }),
)

export const runsNewsSchema = schemaOf<RunsNews>()(
  z.object({
    runs: z.array(
      z.union([
        z.object({ run, events: z.array(runEventSchema) }),
        z.object({ run, unknown: z.literal(true) }),
      ]),
    ),
  }),
)
