export { createLlama } from './create-llama.ts'
export { LlamaError } from './contract/error.ts'
export { chatTemplatePresets, samplerNames } from './contract/interface.ts'
export { samplingNumbers, type SamplingNumber, type SamplingNumberName } from './contract/sampling-numbers.ts'
export type {
  AdapterUse,
  ChatTemplatePreset,
  ControlVector,
  FinishingConstraint,
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  LlamaRuntime,
  RuntimeInfo,
  SamplingSettings,
  PromptInput,
  TextPrompt,
  TextScore,
  TextStates,
  MeasuredBlock,
  VectorUse,
} from './contract/interface.ts'

export {
  diffusionOrders,
  diffusionSchedules,
  endRules,
  type CanvasChange,
  type DiffuseRequest,
  type DiffuseResult,
  type DiffusionSettings,
  type PlacedToken,
} from './contract/diffusing.ts'

export { defaultSamplers, defaultSampling } from './sampling/defaults.ts'

// models that many use at once
export { SharedModels, type WantedModel } from './models/shared-models.ts'

// chat
export {
  chooseTemplate,
  findThinkingTags,
  formatChat,
  onlyToken,
  presets,
  presetTemplate,
  resolveTemplate,
  thinkingTags,
} from './chat/index.ts'

// memory
export { availableMemory, chooseResources, estimateMemory, inspectModel } from './memory/index.ts'

// control vectors
export { readVectorFile, writeVectorFile } from './vectors/index.ts'

// text
export { showBytes, StopMatcher, Utf8Stream } from './text/index.ts'
