// declaring nodes
export {
  defineNode,
  type InputDefinition,
  type Inputs,
  type NodeContext,
  type NodeDefinition,
  type OutputDefinition,
  type Outputs,
  type RunInputs,
} from './nodes/define-node.ts'
export { describeNode } from './nodes/describe-node.ts'
export { createRegistry, type Registry } from './nodes/registry.ts'
export { loadNodePackages } from './nodes/load-node-packages.ts'
export { gatherNodes } from './nodes/gather-nodes.ts'

// running workflows
export {
  drawSeeds,
  executeWorkflow,
  runEvents,
  startRun,
  type ExecuteOptions,
  type Run,
} from './run/execute-workflow.ts'
export type { CellServices } from './run/cell-services.ts'
export type { RunResult } from './run/run-result.ts'
export type { EarlierAttempt } from './run/earlier-attempt.ts'

// keeping results
export {
  createFileArtifactStore,
  createMemoryArtifactStore,
  type ArtifactStore,
} from './cache/artifact-store.ts'
export { artifactBytes, removeArtifact } from './cache/remove-artifact.ts'
export { openDiskCache } from './cache/disk-cache.ts'
export { createMemoryCache } from './cache/memory-cache.ts'
export type { CellCache } from './cache/cell-cache.ts'
