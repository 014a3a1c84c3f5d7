// socket between clients and server
export {
  clientMessageSchema,
  protocolVersion,
  serverMessageSchema,
  workerStatusSchema,
  type ClientMessage,
  type ServerMessage,
  type WorkerStatus,
} from './socket-messages.ts'

// HTTP
export {
  errorResponseSchema,
  healthResponseSchema,
  importedWorkflowSchema,
  modelFileSchema,
  routes,
  runEventsResponseSchema,
  savedWorkflowSchema,
  saveWorkflowRequestSchema,
  workflowRevisionSchema,
  workflowSummarySchema,
  type ErrorResponse,
  type HealthResponse,
  type ImportedWorkflow,
  type ModelFile,
  type NodesResponse,
  type RunEventsResponse,
  type SavedWorkflow,
  type SaveWorkflowRequest,
  type WorkflowRevision,
  type WorkflowSummary,
} from './http.ts'
export {
  queueChangeSchema,
  queueStateSchema,
  runAcceptedSchema,
  runDetailsSchema,
  runsQuerySchema,
  runsResponseSchema,
  submitRunSchema,
  uploadResponseSchema,
  type QueueChange,
  type QueueState,
  type RunAccepted,
  type RunDetails,
  type RunsQuery,
  type RunsResponse,
  type RunSummary,
  type StoredStatus,
  type SubmitRunRequest,
  type UploadResponse,
} from './http-runs.ts'

// between a server or CLI and a worker process
export {
  workerMessageSchema,
  workerRequestSchema,
  type LeftOver,
  type WorkerFolders,
  type WorkerMessage,
  type WorkerRequest,
} from './worker-messages.ts'

export {
  createClient,
  type Client,
  type ClientOptions,
  type SocketLike,
  type SubmitResult,
} from './client.ts'
