// a worker process that is kept alive
export { startWorker } from './start-worker.ts'
export { cellsVariable, fabricVariable, type RunRequest, type WorkerHandle } from './worker-handle.ts'
export { commandLimits, serverLimits, type SupervisorLimits } from './supervise/limits.ts'

// in a process that was started by another
export { openedVariable, parentVariable } from './watch/follow-parent.ts'
export { watchProcess, type ProcessWatch } from './watch/watch-process.ts'

// what a server is started with
export { readKeep, type Keep } from './options/read-keep.ts'
export {
  secretVariables,
  serverOptions,
  type ServerOption,
  type ServerOptionName,
} from './options/server-options.ts'
export {
  flagOf,
  handOn,
  parseArguments,
  readOption,
  readOptions,
  type GivenOptions,
} from './options/read-options.ts'
export { type Webhook } from './options/read-webhook.ts'
export { readWorkerMemory } from './options/worker-memory.ts'
export { findCheckout, resolveFolders } from './options/default-folders.ts'
