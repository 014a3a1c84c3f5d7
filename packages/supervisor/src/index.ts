// a worker process that is kept alive
export { startWorker, type RunRequest, type StartWorkerOptions, type WorkerHandle } from './start-worker.ts'
export { commandLimits, defaultLimits, serverLimits, type SupervisorLimits } from './limits.ts'
export { readWorkerMemory } from './worker-memory.ts'

// in a process that was started by another
export { parentVariable } from './watch/follow-parent.ts'
export { watchProcess, type ProcessWatch } from './watch/watch-process.ts'

// the folders it is given
export { findCheckout, resolveFolders, type FolderChoices } from './default-folders.ts'
