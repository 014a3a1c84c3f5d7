import {
  errorResponseSchema,
  fetchModelSchema,
  healthResponseSchema,
  importedWorkflowSchema,
  modelDownloadSchema,
  modelFileSchema,
  queueChangeSchema,
  queueStateSchema,
  routes,
  runAcceptedSchema,
  runDetailsSchema,
  runEventsResponseSchema,
  runsQuerySchema,
  runsResponseSchema,
  savedWorkflowSchema,
  saveWorkflowRequestSchema,
  submitRunSchema,
  uploadResponseSchema,
  workflowRevisionSchema,
  workflowSummarySchema,
} from '@woolgather/protocol'
import { workflowSchema } from '@woolgather/workflow'
import { z } from 'zod'

interface Operation {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  path: string
  summary: string
  query?: z.ZodType
  body?: z.ZodType | 'bytes'
  answer: z.ZodType | 'bytes' | 'none'
  status?: number
}

const id = '{id}'
/** Paths in one place for client and server; here with the names of their parts. */
const named = (path: string): string => decodeURIComponent(path)

const operations: readonly Operation[] = [
  { method: 'get', path: routes.queue, summary: 'What runs and what waits', answer: queueStateSchema },
  {
    method: 'patch',
    path: routes.queue,
    summary: 'Pause the queue, move a run in it, or cancel all that wait',
    body: queueChangeSchema,
    answer: queueStateSchema,
  },
  {
    method: 'get',
    path: routes.health,
    summary: 'How the server and its worker are',
    answer: healthResponseSchema,
  },
  {
    method: 'get',
    path: routes.nodes,
    summary: 'Node types with their inputs and outputs',
    answer: z.array(z.record(z.string(), z.unknown())),
  },
  {
    method: 'get',
    path: routes.models,
    summary: 'Model files as workflows name them',
    answer: z.array(modelFileSchema),
  },
  {
    method: 'post',
    path: routes.unloadModels,
    summary: 'Unload every model that no run uses',
    answer: z.object({}),
    status: 202,
  },
  {
    method: 'post',
    path: routes.runs,
    summary: 'Run a workflow, or a saved one by its id',
    body: submitRunSchema,
    answer: runAcceptedSchema,
    status: 202,
  },
  {
    method: 'get',
    path: routes.runs,
    summary: 'The history, newest first',
    query: runsQuerySchema,
    answer: runsResponseSchema,
  },
  {
    method: 'get',
    path: named(routes.run(id)),
    summary: 'A run with its workflow, seeds and counts',
    answer: runDetailsSchema,
  },
  {
    method: 'get',
    path: named(routes.runEvents(id)),
    summary: 'Events numbered above `after`',
    query: z.object({ after: z.int().min(-1).default(-1) }),
    answer: runEventsResponseSchema,
  },
  {
    method: 'post',
    path: named(routes.cancelRun(id)),
    summary: 'Cancel a run',
    answer: runAcceptedSchema,
    status: 202,
  },
  {
    method: 'post',
    path: named(routes.resumeRun(id)),
    summary: 'Take up an interrupted run',
    answer: runAcceptedSchema,
    status: 202,
  },
  {
    method: 'get',
    path: routes.workflows,
    summary: 'Examples and saved workflows',
    answer: z.array(workflowSummarySchema),
  },
  {
    method: 'get',
    path: named(routes.workflow(id)),
    summary: 'A saved workflow',
    answer: savedWorkflowSchema,
  },
  {
    method: 'put',
    path: named(routes.workflow(id)),
    summary: 'Create it, or replace the revision that was read',
    body: saveWorkflowRequestSchema,
    answer: savedWorkflowSchema,
  },
  {
    method: 'delete',
    path: named(routes.workflow(id)),
    summary: 'Delete the revision that was read',
    query: z.object({ revision: z.string() }),
    answer: 'none',
    status: 204,
  },
  {
    method: 'get',
    path: named(routes.workflowRevisions(id)),
    summary: 'States it was saved in, newest first',
    answer: z.array(workflowRevisionSchema),
  },
  {
    method: 'get',
    path: named(routes.workflowRevision(id, '{revision}')),
    summary: 'One of those states',
    answer: savedWorkflowSchema,
  },
  {
    method: 'get',
    path: named(routes.exportWorkflow(id)),
    summary: 'The document with the models it needs, to be given on',
    answer: workflowSchema,
  },
  {
    method: 'post',
    path: routes.importWorkflow,
    summary:
      'Find the workflow in a file (a document, or an output that carries it), and what is missing for it',
    body: 'bytes',
    answer: importedWorkflowSchema,
  },
  {
    method: 'get',
    path: routes.downloads,
    summary: 'Models being fetched, and those fetched lately',
    answer: z.array(modelDownloadSchema),
  },
  {
    method: 'post',
    path: routes.downloads,
    summary: 'Fetch a model',
    body: fetchModelSchema,
    answer: modelDownloadSchema,
    status: 202,
  },
  {
    method: 'delete',
    path: named(routes.download(id)),
    summary: 'Cancel fetching a model; what is here is kept for the next time',
    answer: 'none',
    status: 204,
  },
  {
    method: 'get',
    path: named(routes.artifact('{hash}')),
    summary: 'An output too long for an event',
    answer: 'bytes',
  },
  {
    method: 'post',
    path: routes.upload,
    summary: 'A file that workflows can name',
    query: z.object({ name: z.string() }),
    body: 'bytes',
    answer: uploadResponseSchema,
    status: 201,
  },
]

/** The HTTP interface as an OpenAPI 3.1 document, made from the schemas that check it. */
export function describeApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    ;(paths[operation.path] ??= {})[operation.method] = describeOperation(operation)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Woolgather',
      version,
      description: 'Events over a socket are described in docs/server.md.',
    },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
  }
}

function describeOperation({ path, summary, query, body, answer, status = 200 }: Operation): object {
  const error = { description: 'What is wrong, and what to do', content: json(errorResponseSchema) }
  return {
    summary,
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body !== undefined && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      [status]: { description: summary, ...(answer !== 'none' && { content: contentOf(answer) }) },
      default: error,
    },
  }
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | undefined): object[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

function contentOf(what: z.ZodType | 'bytes'): object {
  if (what === 'bytes')
    return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return json(what)
}

function json(schema: z.ZodType): object {
  return { 'application/json': { schema: schemaOf(schema) } }
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
