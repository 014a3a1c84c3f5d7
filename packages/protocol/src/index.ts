// socket between clients and server
export {
  clientMessageSchema,
  protocolVersion,
  type ClientMessage,
  type LoadedModel,
  type ServerMessage,
  type WorkerMemory,
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
  type AboutExample,
  type BrokenModel,
  errorResponseSchema,
  importBytes,
  type ErrorResponse,
  type ImportedWorkflow,
  type MissingModel,
  modelFileSchema,
  type ModelFile,
  type SavedWorkflow,
  type WorkflowRevision,
  type WorkflowSummary,
} from './http.ts'
export {
  submittedSchema,
  type QueueChange,
  type QueueState,
  type RunDetails,
  type RunEventsResponse,
  type RunsQuery,
  type RunSummary,
  type RunVersions,
  type StoredStatus,
  type UploadResponse,
  type WebhookDelivery,
  type WebhookMessage,
  type CellCancellation,
  type RunChoices,
} from './http-runs.ts'

export {
  mostTogether,
  rangeChoicesSchema,
  rangeRowsSchema,
  type RangeAccepted,
  type RunsNews,
} from './http-ranges.ts'

export type { HubFile, HubModel, HubRepository, Machine } from './http-models.ts'
export { type FetchModelRequest, type ModelDownload } from './http-downloads.ts'

// between a server or CLI and a worker process
export {
  workerMessageSchema,
  workerRequestSchema,
  type LeftOver,
  type WorkerFolders,
  type WorkerMessage,
  type WorkerRequest,
  type SharingAnswer,
  type SharingQuestion,
} from './worker-messages.ts'

// several machines
export {
  workerNameSchema,
  workerPresenceSchema,
  type FabricQueue,
  type FabricStatus,
  type FabricWorker,
  type QueueLength,
  type WorkerPresence,
} from './fabric-status.ts'

export { createClient, type Client, type ClientOptions, type SocketLike } from './client.ts'
