// a worker process that is kept alive
export { startWorker, type RunRequest, type StartWorkerOptions, type WorkerHandle } from './start-worker.ts'
export { defaultLimits, type SupervisorLimits } from './limits.ts'

// the folders it is given
export { findCheckout, resolveFolders, type FolderChoices } from './default-folders.ts'
