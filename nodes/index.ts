export { loadNodes } from './load-nodes.ts'
export {
  createConstraintCompiler,
  type CompileConstraint,
} from './steering/constraints/constraint-compiler.ts'
export { vectorUses } from './steering/vectors/vector-value.ts'
export type {
  Files,
  LocateOptions,
  Models,
  NodeServices,
  ReadyModel,
  TrainedLora,
  Training,
  TrainRequest,
  WoolgatherNode,
} from './services/services.ts'
