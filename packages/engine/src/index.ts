// declaring nodes
export {
  defineNode,
  type InputDefinition,
  type Inputs,
  type InputValues,
  type NodeContext,
  type NodeDefinition,
  type NodeOrigin,
  type OutputDefinition,
  type Outputs,
  type OutputValues,
  type RetryPolicy,
  type RunInputs,
} from './define-node.ts'
export { describeNode } from './describe-node.ts'
export { createRegistry, type Registry } from './registry.ts'
export { loadNodePackages } from './load-node-packages.ts'
export { gatherNodes } from './gather-nodes.ts'

// running workflows
export {
  drawSeeds,
  executeWorkflow,
  runEvents,
  startRun,
  type ExecuteOptions,
  type Run,
} from './execute-workflow.ts'
export type { CellServices } from './run/cell-services.ts'
export type { Concurrency } from './run/slots.ts'
export type { Holding } from './run/holdings.ts'
export type { RunResult } from './run/run-result.ts'
export type { EarlierAttempt } from './run/earlier-attempt.ts'
export { toRunError } from './run-error.ts'

// keeping results
export { createFileArtifactStore, createMemoryArtifactStore, type ArtifactStore } from './artifact-store.ts'
export { openDiskCache, type DiskCacheOptions } from './cache/disk-cache.ts'
export { createMemoryCache, type MemoryCacheOptions } from './cache/memory-cache.ts'
export type { CachedOutputs, CellCache, CellInputs } from './cache/cell-cache.ts'
