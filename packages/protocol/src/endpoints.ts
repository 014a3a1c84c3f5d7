import { documentLimits, nodeDescriptionSchema, workflowSchema } from '@woolgather/workflow'
import { z } from 'zod'
import { fillPath, type Endpoint, type ParametersOf } from './endpoint.ts'
import { hubModelSchema, hubRepositorySchema, machineSchema } from './http-models.ts'
import { fetchModelSchema, hostsSchema, modelDownloadSchema } from './http-downloads.ts'
import { followRunsSchema, rangeAcceptedSchema, runsNewsSchema, submitRangeSchema } from './http-ranges.ts'
import {
  cleanRunsSchema,
  queueChangeSchema,
  queueStateSchema,
  runAcceptedSchema,
  runDetailsSchema,
  runEventsQuerySchema,
  runEventsResponseSchema,
  runsQuerySchema,
  runsResponseSchema,
  submitRunSchema,
  uploadResponseSchema,
  waitQuerySchema,
} from './http-runs.ts'
import {
  brokenModelSchema,
  healthResponseSchema,
  importBytes,
  importedWorkflowSchema,
  modelFileSchema,
  savedWorkflowSchema,
  saveWorkflowRequestSchema,
  workflowRevisionSchema,
  workflowSummarySchema,
} from './http.ts'

/** A workflow, and what is around it. */
const workflowBytes = documentLimits.bytes + 65_536

/** A model by the name that workflows have for it. */
const modelNameSchema = z.object({ file: z.string().min(1).max(1_000) })

/** What can be asked of a server, by the name that `ask` and its handler have. */
export const endpoints = {
  health: {
    method: 'get',
    path: '/health',
    summary: 'How the server and its worker are',
    answer: healthResponseSchema,
  },
  nodes: {
    method: 'get',
    path: '/api/nodes',
    summary: 'Node types with their inputs and outputs',
    answer: z.array(nodeDescriptionSchema),
  },
  models: {
    method: 'get',
    path: '/api/models',
    summary: 'Model files as workflows name them',
    answer: z.array(modelFileSchema),
  },
  brokenModels: {
    method: 'get',
    path: '/api/models/broken',
    summary: 'Files of models that cannot be used: why, and what to do',
    answer: z.array(brokenModelSchema),
  },
  addModel: {
    method: 'post',
    path: '/api/models',
    summary: 'A GGUF file for the first models folder, sent as the body',
    query: z.object({ name: z.string().min(1).max(200) }),
    body: 'bytes',
    answer: uploadResponseSchema,
    status: 201,
  },
  deleteModel: {
    method: 'delete',
    path: '/api/models',
    summary: 'Delete a model that Woolgather downloaded',
    query: modelNameSchema,
    answer: 'none',
  },
  chooseModel: {
    method: 'post',
    path: '/api/models/chosen',
    summary:
      'Use a file, or those of a folder, of this machine where they lie; only asked from the machine itself',
    body: z.strictObject({ path: z.string().min(1).max(4_096) }),
    answer: z.object({ file: z.string().optional() }),
    status: 201,
  },
  forgetModel: {
    method: 'delete',
    path: '/api/models/chosen',
    summary: 'Use a chosen file or folder no more; it stays where it is',
    query: modelNameSchema,
    answer: 'none',
  },
  searchHub: {
    method: 'get',
    path: '/api/hub',
    summary: 'Repositories of Hugging Face with GGUF files',
    query: z.object({ search: z.string().min(1).max(200) }),
    answer: z.array(hubModelSchema),
  },
  hubRepository: {
    method: 'get',
    path: '/api/hub/:owner/:repo',
    summary: 'The GGUF files of a repository, with the one to take on this machine',
    answer: hubRepositorySchema,
  },
  machine: {
    method: 'get',
    path: '/api/machine',
    summary: 'Memory, folders with their free room, and places of models',
    answer: machineSchema,
  },
  unloadModels: {
    method: 'post',
    path: '/api/models/unload',
    summary: 'Unload every model that no run uses',
    answer: z.object({}),
    status: 202,
  },
  downloads: {
    method: 'get',
    path: '/api/downloads',
    summary: 'Models being fetched, and those fetched lately',
    answer: z.array(modelDownloadSchema),
  },
  fetchModel: {
    method: 'post',
    path: '/api/downloads',
    summary: 'Fetch a model',
    body: fetchModelSchema,
    answer: modelDownloadSchema,
    status: 202,
  },
  cancelDownload: {
    method: 'delete',
    path: '/api/downloads/:id',
    summary: 'Cancel fetching a model; what is here is kept for the next time',
    answer: 'none',
  },
  hosts: {
    method: 'get',
    path: '/api/hosts',
    summary: 'Hosts that were allowed to be downloaded from, besides huggingface.co',
    answer: hostsSchema,
  },
  allowHost: {
    method: 'put',
    path: '/api/hosts/:host',
    summary: 'Allow downloads from a host, after a person was asked',
    answer: hostsSchema,
  },
  forgetHost: {
    method: 'delete',
    path: '/api/hosts/:host',
    summary: 'Ask again before anything is downloaded from a host',
    answer: 'none',
  },
  queue: {
    method: 'get',
    path: '/api/queue',
    summary: 'What runs and what waits',
    answer: queueStateSchema,
  },
  changeQueue: {
    method: 'patch',
    path: '/api/queue',
    summary: 'Pause the queue, move a run in it, or cancel all that wait',
    body: queueChangeSchema,
    answer: queueStateSchema,
  },
  submitRun: {
    method: 'post',
    path: '/api/runs',
    summary: 'Run a workflow, or a saved one by its id; with `wait` it answers as `GET /api/runs/:id`',
    query: waitQuerySchema,
    body: submitRunSchema,
    largest: workflowBytes,
    answer: z.union([runDetailsSchema, runAcceptedSchema]),
    status: 202,
  },
  submitRange: {
    method: 'post',
    path: '/api/runs/range',
    summary: 'Run a workflow once for each row of nodes in which it differs, at most 1,024',
    body: submitRangeSchema,
    largest: workflowBytes,
    answer: rangeAcceptedSchema,
    status: 202,
  },
  followRuns: {
    method: 'post',
    path: '/api/runs/events',
    summary: 'Events of up to 1,024 runs, each numbered above its `after`; waits so many seconds for some',
    body: followRunsSchema,
    answer: runsNewsSchema,
  },
  runs: {
    method: 'get',
    path: '/api/runs',
    summary: 'The history, newest first',
    query: runsQuerySchema,
    answer: runsResponseSchema,
  },
  run: {
    method: 'get',
    path: '/api/runs/:id',
    summary:
      'A run with its workflow, seeds, counts and, when it has ended, outputs; waits so many seconds for that',
    query: waitQuerySchema,
    answer: runDetailsSchema,
  },
  runEvents: {
    method: 'get',
    path: '/api/runs/:id/events',
    summary: 'Events numbered above `after`',
    query: runEventsQuerySchema,
    answer: runEventsResponseSchema,
  },
  cancelRun: {
    method: 'post',
    path: '/api/runs/:id/cancel',
    summary: 'Cancel a run',
    answer: runAcceptedSchema,
    status: 202,
  },
  deleteRun: {
    method: 'delete',
    path: '/api/runs/:id',
    summary: 'Forget a run that has ended, with the outputs that no other run has',
    answer: 'none',
  },
  cleanRuns: {
    method: 'post',
    path: '/api/runs/clean',
    summary: 'Forget the oldest runs beyond a time (`30d`) or size (`10GiB`)',
    body: cleanRunsSchema,
    answer: z.object({ runs: z.int() }),
  },
  resumeRun: {
    method: 'post',
    path: '/api/runs/:id/resume',
    summary: 'Take up an interrupted run',
    answer: runAcceptedSchema,
    status: 202,
  },
  artifact: {
    method: 'get',
    path: '/api/artifacts/:hash',
    summary: 'An output too long for an event',
    answer: 'bytes',
  },
  upload: {
    method: 'post',
    path: '/api/upload',
    summary: 'A file that workflows can name',
    query: z.object({ name: z.string() }),
    body: 'bytes',
    answer: uploadResponseSchema,
    status: 201,
  },
  workflows: {
    method: 'get',
    path: '/api/workflows',
    summary: 'Examples and saved workflows',
    answer: z.array(workflowSummarySchema),
  },
  workflow: {
    method: 'get',
    path: '/api/workflows/:id',
    summary: 'A saved workflow',
    answer: savedWorkflowSchema,
  },
  saveWorkflow: {
    method: 'put',
    path: '/api/workflows/:id',
    summary: 'Create it, or replace the revision that was read',
    body: saveWorkflowRequestSchema,
    largest: workflowBytes,
    answer: savedWorkflowSchema,
  },
  deleteWorkflow: {
    method: 'delete',
    path: '/api/workflows/:id',
    summary: 'Delete the revision that was read',
    query: z.object({ revision: z.string().min(1).max(100) }),
    answer: 'none',
  },
  revisions: {
    method: 'get',
    path: '/api/workflows/:id/revisions',
    summary: 'States it was saved in, newest first',
    answer: z.array(workflowRevisionSchema),
  },
  revision: {
    method: 'get',
    path: '/api/workflows/:id/revisions/:revision',
    summary: 'One of those states',
    answer: savedWorkflowSchema,
  },
  openedWorkflow: {
    method: 'get',
    path: '/api/opened/:id',
    summary: 'The workflow that the server was started with',
    answer: workflowSchema,
  },
  exportWorkflow: {
    method: 'get',
    path: '/api/workflows/:id/export',
    summary: 'The document with the models it needs, to be given on',
    answer: workflowSchema,
  },
  shareWorkflow: {
    method: 'post',
    path: '/api/export',
    summary: 'The same of a document that is sent: saved or not, it comes back with the models it needs',
    body: workflowSchema,
    largest: workflowBytes,
    answer: workflowSchema,
  },
  importWorkflow: {
    method: 'post',
    path: '/api/import',
    summary:
      'Find the workflow in a file (a document, or an output that carries it), and what is missing for it',
    body: 'beginning',
    largest: importBytes,
    answer: importedWorkflowSchema,
  },
} as const satisfies Record<string, Endpoint>

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints

/** Paths of what is no endpoint: the socket, and the description of the endpoints. */
export const socketPath = '/api/socket'
export const docsPath = '/api/docs'

/** `pathOf('run', { id })`: where an endpoint is. */
export function pathOf<Name extends EndpointName>(
  name: Name,
  ...[parameters]: keyof ParametersOf<Endpoints[Name]> extends never ? [] : [ParametersOf<Endpoints[Name]>]
): string {
  return fillPath(endpoints[name], parameters ?? {})
}
