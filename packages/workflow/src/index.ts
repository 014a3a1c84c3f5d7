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

// node types as data
export { accepts, portTypes, type PortType } from './ports.ts'
export type {
  DynamicInputs,
  InputDescription,
  NodeDescription,
  OutputDescription,
  Widget,
} from './description.ts'

// values that travel on links
export {
  chatMessageSchema,
  modelRecipeSchema,
  type ChatMessage,
  type ModelRecipe,
} from './recipe.ts'

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
