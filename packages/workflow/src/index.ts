// JSON and documents
export { schemaOf } from './json/same-type.ts'
export { jsonSchema, type Json } from './json/json.ts'
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
} from './document/document.ts'

// from text to plan
export { nothingThere, parseWorkflow } from './parse/parse-workflow.ts'
export { schemaInputs } from './parse/keep-key-order.ts'
export { textProblem, type TextLimits } from './json/nesting.ts'
export { listOf } from './json/bounded.ts'
export { foreignIssue, migrateWorkflow } from './parse/migrate-workflow.ts'
export { recogniseText, type Foreign } from './parse/recognise-foreign.ts'
export { carryInPng, crc32 } from './document/carry-in-png.ts'
export {
  carriedField,
  carriedId,
  carrierOf,
  carriers,
  carryWorkflow,
  linkBeginning,
  mostLinkRead,
  openedBeginning,
  workflowElement,
  type Carrier,
} from './document/carry-workflow.ts'
export { setInput } from './inputs/set-input.ts'
export { choicesOf, tellChoices } from './types/choices.ts'
export { readText, readTextFor, type TextRead } from './inputs/read-text.ts'
export { spreadsheetText } from './values/spreadsheet-text.ts'
export { apiInputs, apiOutputs, bindInputs } from './inputs/api-ports.ts'
export { renameModel } from './types/rename-model.ts'
export {
  isModelAddress,
  kindOfModel,
  missingNodeTypes,
  requiredModels,
  withSlashes,
  type ModelKind,
} from './types/required-models.ts'
export { seedsIn, withSeeds } from './inputs/with-seeds.ts'
export { validateWorkflow, type ValidateOptions } from './validate/validate-workflow.ts'
export { isWritten, writtenAddresses, type WrittenAddress } from './plan/written-inputs.ts'
export { planWorkflow } from './plan/plan-workflow.ts'
export type { Plan, PlanAxis, PlanLink, PlanNode, PlanTarget, PlanZone, Readers } from './plan/plan.ts'
export { isChart, type ChartAxis, type ChartData } from './links/chart-data.ts'
export {
  isLearntText,
  markLearnt,
  tellLearnt,
  type LearntExample,
  type LearntText,
} from './links/learnt-text.ts'
export {
  chooseTraining,
  estimateTraining,
  roomyShare,
  type TrainingSizes,
} from './training/training-memory.ts'
export { nearest } from './issues/nearest.ts'
export { inPlainWords, literalProblem, typeProblem } from './types/literal-problem.ts'

// node types as data
export { brokenPackageSchema, explainUnknownTypes, type BrokenPackage } from './types/broken-package.ts'
export { accepts, portTypes, type PortType } from './types/ports.ts'
export type { PortValue } from './types/port-values.ts'
export {
  nodeDescriptionSchema,
  type CodeLanguage,
  type DynamicInputs,
  type DynamicOutputs,
  type InputDescription,
  type NodeDescription,
  type OutputDescription,
  type Widget,
} from './types/description.ts'

export { describeTypes, isLink, subgraphPrefix, type Descriptions } from './types/describe-subgraph.ts'
export { typeAt } from './types/type-at.ts'
export { findPlaceholders, portsOf, type Ports } from './types/ports-of.ts'

// values that travel on links
export {
  axisValues,
  isLabelled,
  type LabelledAxis,
  type LabelledCell,
  type LabelledValue,
} from './results/labelled.ts'
export { canvasSchema, mostPlaces, type Canvas, type CanvasPart } from './links/canvas.ts'
export {
  chatMessageSchema,
  loraRecipeSchema,
  mergeParametersSchema,
  modelRecipeSchema,
  recipeSchemas,
  vectorSchema,
  type RecipeSchemas,
} from './links/recipe-schemas.ts'
export {
  outputTypes,
  type ChatMessage,
  type LoraCombine,
  type LoraExtract,
  type PeftSource,
  type LoraRecipe,
  type LoraSource,
  type LoraUse,
  type CheckpointSource,
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
} from './links/recipe.ts'

// prompts: AUTOMATIC1111's syntax, and mixes
export { applyNegative } from './prompt/apply-negative.ts'
export { blendMixes, type BlendPart } from './prompt/blend-mixes.ts'
export { composePrompt } from './prompt/compose-prompt.ts'
export { usualTokens } from './prompt/usual-tokens.ts'
export { markPrompt, type PromptMark } from './prompt/mark-prompt.ts'
export { parseAttention } from './prompt/parse-attention.ts'
export { parseSchedule, type When } from './prompt/parse-schedule.ts'
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
export { readValues, valueTypes, type ValueType } from './values/read-values.ts'

export { tableSchema, type Table } from './links/table.ts'

// what can be wrong
export { diskFull, isDiskFull } from './issues/disk-full.ts'
export {
  errorCodes,
  WoolgatherError,
  type ErrorCode,
  type Issue,
  type RunError,
  type SourcePlace,
} from './issues/issues.ts'
export { adviseWorkflow, type Advice, type ValueReading } from './validate/advise-workflow.ts'
export { readWarnings, type Warning } from './issues/warnings.ts'

// what happens in a run
export {
  cellChoiceFields,
  cellChoiceSchema,
  cellEnding,
  isArtifactRef,
  isStream,
  outputSchema,
  issueSchema,
  cellWorkerSchema,
  runErrorSchema,
  sourcePlaceSchema,
  runEventSchema,
  runEventTypes,
  runStatuses,
  type ArtifactRef,
  type CellEvent,
  type Coordinate,
  type OutputValue,
  type PlacedText,
  type RunEvent,
  type RunEventBody,
  type RunStatus,
  type SkipCause,
  type CellChoice,
  type CellEnding,
  type CellWorker,
} from './events/events.ts'
export {
  canvasText,
  followCanvas,
  holeMark,
  type CanvasPlace,
  type CanvasState,
  type CanvasStep,
} from './events/follow-canvas.ts'
export { assembleOutputs, fetchOutputs, type Outputs } from './results/assemble-outputs.ts'
export { sortByCoordinate, valuesOfAxis } from './results/coordinates.ts'
export { decodeArtifact, resolveOutput, type ReadArtifact } from './results/read-artifact.ts'
export {
  gatherSettled,
  settledCell,
  type RanCell,
  type SettledCell,
  type SettledCells,
} from './results/settled-cell.ts'
export { followProgress, paceOf, type RunProgress } from './events/run-progress.ts'
export {
  filesOfLora,
  filesOfModel,
  inFolder,
  loadKeyOf,
  loraOn,
  nameOfModel,
  peftFiles,
  weightsOf,
} from './links/recipe-files.ts'
export { provenanceKeys } from './document/provenance.ts'
export { withoutDatasets } from './document/without-datasets.ts'
