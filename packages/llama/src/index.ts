export { createLlama } from './create-llama.ts'
export type { CreateLlamaOptions } from './create-llama.ts'
export { LlamaError } from './contract/error.ts'
export type { LlamaErrorCode } from './contract/error.ts'
export { samplerNames } from './contract/interface.ts'
export { samplingNumbers, type SamplingNumber, type SamplingNumberName } from './contract/sampling-numbers.ts'
export type {
  AdapterUse,
  ChatMessage,
  ChatTemplatePreset,
  ControlVector,
  EmbedRequest,
  FormatChatOptions,
  FormattedPrompt,
  GenerateRequest,
  GenerateResult,
  GenerationConstraint,
  LanguageModel,
  LlamaRuntime,
  LoadModelOptions,
  MemoryNeed,
  MixTerm,
  ModelInfo,
  PromptInput,
  PromptMix,
  Reproducibility,
  RuntimeInfo,
  SamplerName,
  SamplingSettings,
  ScoreRequest,
  StatesRequest,
  StopReason,
  TextScore,
  TextStates,
  TokenLogprob,
  TokenProbability,
  VectorUse,
} from './contract/interface.ts'
export { defaultSamplers, defaultSampling } from './sampling/defaults.ts'
export type { ResolvedSampling } from './sampling/defaults.ts'

// models that many use at once
export { SharedModels, type SharedModelsOptions, type WantedModel } from './models/shared-models.ts'

// chat
export { chooseTemplate, formatChat, presets, presetTemplate, resolveTemplate } from './chat/index.ts'
export type { ChatTemplate, FormatChatInput, PresetTemplate, TemplateHints } from './chat/index.ts'

// memory
export { chooseResources, estimateMemory, inspectModel } from './memory/index.ts'
export type {
  ChooseResourcesInput,
  HeaderValue,
  InspectedModel,
  Placement,
  Resources,
  ResourceWishes,
  TensorSize,
} from './memory/index.ts'

// control vectors
export { readVectorFile, writeVectorFile } from './vectors/index.ts'

// text
export { StopMatcher, Utf8Stream } from './text/index.ts'
