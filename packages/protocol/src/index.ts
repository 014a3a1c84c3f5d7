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
  routes,
  saveWorkflowRequestSchema,
  type ErrorResponse,
  type HealthResponse,
  type ModelFile,
  type NodesResponse,
  type RunEventsResponse,
  type SavedWorkflow,
  type SaveWorkflowRequest,
  type WorkflowSummary,
} from './http.ts'

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
