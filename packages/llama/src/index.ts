export { createLlama } from './create-llama.ts'
export type { CreateLlamaOptions } from './create-llama.ts'
export { LlamaError } from './error.ts'
export type { LlamaErrorCode } from './error.ts'
export { samplerNames } from './interface.ts'
export type {
  ChatMessage,
  ChatTemplatePreset,
  FormatChatOptions,
  FormattedPrompt,
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  LlamaRuntime,
  LoadModelOptions,
  ModelInfo,
  RuntimeInfo,
  SamplerName,
  SamplingSettings,
  StopReason,
} from './interface.ts'
export { defaultSamplers, defaultSampling } from './sampling/defaults.ts'
export type { ResolvedSampling } from './sampling/defaults.ts'
