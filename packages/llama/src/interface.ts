/**
 * The public interface of this package: language models as the rest of the project sees them. The native
 * implementation (`createLlama`) and the deterministic fake (`createFakeLlama`) both satisfy it, and one
 * contract suite runs against both.
 *
 * Ownership: runtime → model → everything else. A model handle is one reference: the same file with the same
 * options is loaded once, and freed when its last handle is disposed. Disposing twice is safe; use after
 * disposal throws `LlamaError` with code `disposed`. Disposing a parent waits for what runs on its children.
 */
export interface LlamaRuntime extends AsyncDisposable {
  readonly info: RuntimeInfo
  /** @throws LlamaError model-not-found, model-unreadable, model-unsupported, model-too-large, cancelled */
  loadModel(options: LoadModelOptions): Promise<LanguageModel>
}

export interface RuntimeInfo {
  /** llama.cpp's release, e.g. `v0.4.0`. */
  build: string
  backend: 'cpu' | 'cuda' | 'metal' | 'vulkan'
  devices: { name: string; description: string; freeBytes: number; totalBytes: number }[]
  /** Default CPU threads: physical cores − 1, at least 1. */
  threads: number
}

export interface LoadModelOptions {
  /** Absolute path of a GGUF file (the first part of a split one). */
  path: string
  /** Layers on the GPU; absent: as many as fit. */
  gpuLayers?: number | undefined
  /** Tokens shared by everything that runs at once on this model; absent: what the model was trained for, within memory. */
  contextSize?: number | undefined
  /** CPU threads; absent: `RuntimeInfo.threads`. */
  threads?: number | undefined
  /** How many generations may share a decode call; default 16. */
  maxSequences?: number | undefined
  signal?: AbortSignal | undefined
  /** Fraction loaded, 0–1. */
  onProgress?: ((fraction: number) => void) | undefined
}

export interface LanguageModel extends AsyncDisposable {
  readonly info: ModelInfo
  /** Token ids of `text`. `special`: read `<|im_end|>` and the like as control tokens. BOS is added where the model wants one and `addBos` is not false. */
  tokenize(text: string, options?: { special?: boolean; addBos?: boolean }): number[]
  /** Text of the tokens; bytes that are no valid UTF-8 become U+FFFD. `special`: show control tokens. */
  detokenize(tokens: readonly number[], options?: { special?: boolean }): string
  /** A conversation as the model was trained to read it, ending where the assistant speaks. */
  formatChat(messages: readonly ChatMessage[], options?: FormatChatOptions): FormattedPrompt
  /**
   * Generates text. Concurrent calls share decode calls; calls with a common prompt prefix share its KV cache.
   * @throws LlamaError context-too-long, invalid-sampling, cancelled, disposed, adapter-mismatch, native-error
   */
  generate(request: GenerateRequest): Promise<GenerateResult>
}

export interface ModelInfo {
  path: string
  /** `general.architecture`, e.g. `llama`. */
  architecture: string
  name: string
  /** Number of parameters, and bytes of their tensors. */
  parameters: number
  bytes: number
  layers: number
  embeddingSize: number
  vocabSize: number
  /** Tokens of context: trained with, and in use here. */
  trainedContextSize: number
  contextSize: number
  gpuLayers: number
  threads: number
  /** The GGUF's own chat template, or the preset chosen for it. */
  chatTemplate: { source: 'file' | 'preset'; name: string } | undefined
}

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
}

export interface FormatChatOptions {
  /** Preset or jinja text to use in place of the model's own. */
  template?: ChatTemplatePreset | { jinja: string } | undefined
  /** Ends with the opening of an assistant turn (default true). */
  addGenerationPrompt?: boolean | undefined
}

export type ChatTemplatePreset = 'chatml' | 'vicuna' | 'alpaca' | 'redpajama' | 'falcon'

/** A prompt with its control tokens written out, and the strings at which the assistant's turn ends. */
export interface FormattedPrompt {
  text: string
  stop: string[]
}

/** Order and names as in llama.cpp's sampler chain; what is absent from `samplers` does not run. */
export const samplerNames = [
  'penalties',
  'dry',
  'top_n_sigma',
  'top_k',
  'typical_p',
  'top_p',
  'min_p',
  'xtc',
  'temperature',
  'adaptive_p',
  'infill',
] as const
export type SamplerName = (typeof samplerNames)[number]

/**
 * Sampling settings; every default is llama.cpp's, and the neutral value of each switches it off. Temperature 0
 * is greedy. Mirostat replaces the truncating samplers, as in llama.cpp.
 */
export interface SamplingSettings {
  temperature?: number | undefined
  /** Dynamic temperature: ± range around `temperature`, by entropy to the power `exponent`. */
  dynatempRange?: number | undefined
  dynatempExponent?: number | undefined
  topK?: number | undefined
  topP?: number | undefined
  minP?: number | undefined
  typicalP?: number | undefined
  topNSigma?: number | undefined
  xtcProbability?: number | undefined
  xtcThreshold?: number | undefined
  /** Tokens looked back on by the penalties: 0 none, −1 the whole context. */
  penaltyLastN?: number | undefined
  repeatPenalty?: number | undefined
  frequencyPenalty?: number | undefined
  presencePenalty?: number | undefined
  dryMultiplier?: number | undefined
  dryBase?: number | undefined
  dryAllowedLength?: number | undefined
  dryPenaltyLastN?: number | undefined
  drySequenceBreakers?: string[] | undefined
  mirostat?: 0 | 1 | 2 | undefined
  mirostatTau?: number | undefined
  mirostatEta?: number | undefined
  /** Adaptive-p: probability aimed at (negative: off) and how slowly the target moves, 0–0.99. */
  adaptiveTarget?: number | undefined
  adaptiveDecay?: number | undefined
  /** Added to the logits before anything else; −Infinity forbids the token. */
  logitBias?: { token: number; bias: number }[] | undefined
  /** GBNF; its root rule must match the whole text. */
  grammar?: string | undefined
  /** Samplers to run, in this order; default `defaultSamplers`. */
  samplers?: SamplerName[] | undefined
}

export interface GenerateRequest {
  /** Text (control tokens in it are read as such where `special`), or token ids. */
  prompt: { text: string; special?: boolean } | { tokens: readonly number[] }
  sampling?: SamplingSettings | undefined
  /** 0…2³²−1; the same seed, prompt and settings usually give the same text. */
  seed: number
  /** At most this many tokens; absent: until the model ends or the context is full. */
  maxTokens?: number | undefined
  /** Ends before any of these texts, even where one crosses token boundaries; it is not part of the output. */
  stop?: readonly string[] | undefined
  /** LoRA adapters, absolute paths. Requests with equal adapters share batches. */
  adapters?: readonly { path: string; strength: number }[] | undefined
  signal?: AbortSignal | undefined
  /** New text; never splits a character, never shows part of a stop string. */
  onText?: ((text: string) => void) | undefined
  /** Prompt tokens decoded so far. */
  onPromptProgress?: ((done: number, total: number) => void) | undefined
}

export type StopReason =
  /** The model ended its turn. */
  | 'end'
  /** A stop string appeared. */
  | 'stop'
  /** `maxTokens` reached. */
  | 'length'
  /** The context is full. */
  | 'context'

export interface GenerateResult {
  text: string
  /** Ids of the generated tokens, the one that ended the turn not counted. */
  tokens: number[]
  promptTokens: number
  /** Prompt tokens whose KV cache was already there. */
  sharedPromptTokens: number
  stopReason: StopReason
  /** Milliseconds from submission to the first token, and from the first to the last. */
  firstTokenMs: number
  generateMs: number
}
