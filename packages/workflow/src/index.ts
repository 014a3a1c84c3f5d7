// JSON and documents
export { jsonSchema, type Json } from './json.ts'
export {
  documentLimits,
  workflowSchema,
  type Group,
  type Link,
  type RequiredModel,
  type Subgraph,
  type View,
  type Workflow,
  type WorkflowNode,
} from './document.ts'

// from text to plan
export { parseWorkflow, type Parsed } from './parse-workflow.ts'
export { migrateWorkflow } from './migrate-workflow.ts'
export { setInput } from './set-input.ts'
export { apiInputs, apiInputType, apiOutputs, apiOutputType, bindInputs, type ApiPort } from './api-ports.ts'
export { validateWorkflow } from './validate-workflow.ts'
export { planWorkflow, type PlanOptions } from './plan-workflow.ts'
export type { Plan, PlanAxis, PlanLink, PlanNode, PlanRole, PlanTarget, PlanZone } from './plan/plan.ts'
export { axisNames } from './plan/assign-axes.ts'
export { nearest, suggest } from './nearest.ts'
export { inPlainWords, literalProblem, typeProblem } from './literal-problem.ts'

// node types as data
export { accepts, portTypes, type PortType } from './ports.ts'
export type {
  DynamicInputs,
  DynamicOutputs,
  InputDescription,
  NodeDescription,
  OutputDescription,
  Widget,
} from './description.ts'

export { describeTypes, isLink, linksOf, subgraphPrefix, type Descriptions } from './describe-subgraph.ts'
export { outputOf, placeholdersIn, portsOf, type Ports } from './ports-of.ts'

// values that travel on links
export {
  axisValues,
  isLabelled,
  type LabelledAxis,
  type LabelledCell,
  type LabelledValue,
} from './labelled.ts'
export {
  chatMessageSchema,
  loraRecipeSchema,
  modelRecipeSchema,
  vectorSchema,
  type ChatMessage,
  type LoraRecipe,
  type ModelRecipe,
  type VectorValue,
} from './recipe.ts'

// prompts: AUTOMATIC1111's syntax, and mixes
export { applyNegative } from './prompt/apply-negative.ts'
export { blendMixes, type BlendPart } from './prompt/blend-mixes.ts'
export { composePrompt, type ComposedPrompt, type ComposeOptions } from './prompt/compose-prompt.ts'
export { markPrompt, type PromptMark } from './prompt/mark-prompt.ts'
export { parseAttention, type AttentionChunk, type ParsedAttention } from './prompt/parse-attention.ts'
export { parseSchedule, type ScheduleNode, type When } from './prompt/parse-schedule.ts'
export {
  asMix,
  coefficientsAt,
  mapModels,
  promptMixSchema,
  type MixLike,
  type MixTerm,
  type PromptMix,
} from './prompt/prompt-mix.ts'

export { tableSchema, type Table } from './table.ts'

// what can be wrong
export { errorCodes, WoolgatherError, type ErrorCode, type Issue, type RunError } from './issues.ts'

// what happens in a run
export {
  isArtifactRef,
  runErrorSchema,
  runEventSchema,
  runStatuses,
  type ArtifactRef,
  type Coordinate,
  type OutputValue,
  type RunEvent,
  type RunEventBody,
  type RunEventType,
  type RunStatus,
} from './events.ts'
export { followProgress, paceOf, type RunProgress } from './run-progress.ts'
