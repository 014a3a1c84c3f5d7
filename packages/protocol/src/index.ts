// socket between clients and server
export {
  clientMessageSchema,
  protocolVersion,
  serverMessageSchema,
  workerStatusSchema,
  workerMemorySchema,
  type ClientMessage,
  type LoadedModel,
  type ServerMessage,
  type WorkerMemory,
  type WorkerStall,
  type WorkerStatus,
} from './socket-messages.ts'
export { describeStall } from './describe-stall.ts'

// HTTP
export { docsPath, endpoints, pathOf, socketPath, type EndpointName, type Endpoints } from './endpoints.ts'
export {
  usualBodyBytes,
  type AnswerOf,
  type BodyOf,
  type Endpoint,
  type ParametersOf,
  type QueryOf,
} from './endpoint.ts'
export { AnswerError, createAsk, type Ask } from './ask.ts'
export {
  errorResponseSchema,
  healthResponseSchema,
  importBytes,
  importedWorkflowSchema,
  modelFileSchema,
  savedWorkflowSchema,
  saveWorkflowRequestSchema,
  workflowRevisionSchema,
  workflowSummarySchema,
  type ErrorResponse,
  type HealthResponse,
  type ImportedWorkflow,
  type MissingModel,
  type ModelFile,
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
  runsResponseSchema,
  runVersionsSchema,
  submitRunSchema,
  submittedSchema,
  uploadResponseSchema,
  type QueueChange,
  type QueueState,
  type RunAccepted,
  type RunDetails,
  type RunEventsResponse,
  type RunsQuery,
  type RunsResponse,
  type RunSummary,
  type RunVersions,
  type StoredStatus,
  type SubmitRunRequest,
  type UploadResponse,
  type CellCancellation,
  type RunChoices,
} from './http-runs.ts'

export {
  fetchModelSchema,
  modelDownloadSchema,
  type FetchModelRequest,
  type ModelDownload,
} from './http-downloads.ts'

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
