// JSON and documents
export { schemaOf } from './same-type.ts'
export { jsonSchema, type Json } from './json.ts'
export {
  documentLimits,
  workflowSchema,
  type AppItem,
  type Group,
  type Link,
  type Place,
  type RequiredModel,
  type Subgraph,
  type View,
  type Workflow,
  type WorkflowNode,
} from './document.ts'

// from text to plan
export { nothingThere, parseWorkflow, type Parsed } from './parse-workflow.ts'
export { textProblem, type TextLimits } from './nesting.ts'
export { listOf, mostIssues } from './bounded.ts'
export { foreignIssue, migrateWorkflow } from './migrate-workflow.ts'
export { recogniseText, type Foreign } from './recognise-foreign.ts'
export {
  carriedField,
  carrierOf,
  carriers,
  carryWorkflow,
  type Carrier,
  type TextCarrier,
} from './carry-workflow.ts'
export { setInput } from './set-input.ts'
export { choicesOf, tellChoices } from './choices.ts'
export { readText, readTextFor, type ReadTextOptions, type TextRead } from './read-text.ts'
export { apiInputs, apiInputType, apiOutputs, apiOutputType, bindInputs, type ApiPort } from './api-ports.ts'
export { isModelAddress, missingNodeTypes, requiredModels, withSlashes } from './required-models.ts'
export { seedsIn, withSeeds } from './with-seeds.ts'
export { validateWorkflow, type ValidateOptions } from './validate-workflow.ts'
export { planWorkflow, type PlanOptions } from './plan-workflow.ts'
export type {
  Plan,
  PlanAxis,
  PlanLink,
  PlanNode,
  PlanRole,
  PlanTarget,
  PlanZone,
  Readers,
} from './plan/plan.ts'
export { axisNames } from './plan/assign-axes.ts'
export { isChart, type ChartAxis, type ChartData } from './chart-data.ts'
export { nearest, suggest } from './nearest.ts'
export { inPlainWords, literalProblem, typeProblem } from './literal-problem.ts'

// node types as data
export { brokenPackageSchema, explainUnknownTypes, type BrokenPackage } from './broken-package.ts'
export { accepts, portTypes, type PortType } from './ports.ts'
export type { PortValue } from './port-values.ts'
export type {
  CodeLanguage,
  DynamicInputs,
  DynamicOutputs,
  InputDescription,
  NodeDescription,
  OutputDescription,
  Widget,
} from './description.ts'

export { describeTypes, isLink, linksOf, subgraphPrefix, type Descriptions } from './describe-subgraph.ts'
export { findPlaceholders, outputOf, portsOf, type Placeholder, type Ports } from './ports-of.ts'

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
  loraUseSchema,
  mergeParametersSchema,
  modelRecipeSchema,
  outputTypes,
  vectorSchema,
  type ChatMessage,
  type LoraCombine,
  type LoraExtract,
  type LoraRecipe,
  type LoraSource,
  type LoraUse,
  type FileSource,
  type MergeParameter,
  type MergeParameters,
  type MergeSlice,
  type MergeSource,
  type ModelRecipe,
  type ModelSource,
  type ModelUse,
  type OutputType,
  type VectorValue,
} from './recipe.ts'

// prompts: AUTOMATIC1111's syntax, and mixes
export { applyNegative } from './prompt/apply-negative.ts'
export { blendMixes, type BlendPart } from './prompt/blend-mixes.ts'
export { composePrompt, type ComposedPrompt, type ComposeOptions } from './prompt/compose-prompt.ts'
export { usualTokens } from './prompt/usual-tokens.ts'
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

// lists of values
export { printsBack } from './values/read-range.ts'
export { readValues, valueTypes, type ReadValues, type ValueType } from './values/read-values.ts'

export { tableSchema, type Table } from './table.ts'

// what can be wrong
export {
  errorCodes,
  WoolgatherError,
  type ErrorCode,
  type Issue,
  type RunError,
  type SourcePlace,
} from './issues.ts'
export { adviseWorkflow, type Advice, type ValueReading } from './advise-workflow.ts'
export { warningCodes, type Warning, type WarningCode } from './warnings.ts'

// what happens in a run
export {
  cellChoiceFields,
  cellChoiceSchema,
  cellEnding,
  isArtifactRef,
  isStream,
  issueSchema,
  runErrorSchema,
  sourcePlaceSchema,
  runEventSchema,
  runStatuses,
  type ArtifactRef,
  type Coordinate,
  type OutputValue,
  type RunEvent,
  type RunEventBody,
  type RunEventType,
  type RunStatus,
  type SkipCause,
  type CellChoice,
  type CellEnding,
} from './events.ts'
export { assembleOutputs, fetchOutputs, type Outputs, type ReadOutput } from './results/assemble-outputs.ts'
export { sortByCoordinate, valuesOfAxis } from './results/coordinates.ts'
export { decodeArtifact, resolveOutput, type ReadArtifact } from './results/read-artifact.ts'
export {
  gatherSettled,
  settledCell,
  type RanCell,
  type SettledCell,
  type SettledCells,
} from './results/settled-cell.ts'
export { followProgress, paceOf, type RunProgress } from './run-progress.ts'
export { filesOfLora, filesOfModel, loadKeyOf, nameOfModel, weightsOf } from './recipe-files.ts'
export { provenanceKeys } from './provenance.ts'
