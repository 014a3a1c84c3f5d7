import type { TextRange } from '../text/index.ts'
import type { DiffuseRequest, DiffuseResult } from './diffusing.ts'
import type { SamplingNumberName } from './sampling-numbers.ts'

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
  /** How many generations may share a decode call; default 64, or 16 where each takes memory of its own (reproducible, recurrent). */
  maxSequences?: number | undefined
  /**
   * Same request, same text on one machine, whatever else runs at once: every sequence gets its own part of the
   * context (`contextSize` / `maxSequences`), and slower paths of computation are taken. F16, F32 and LoRA are
   * decoded one sequence at a time; quantised models together.
   */
  reproducible?: boolean | undefined
  signal?: AbortSignal | undefined
  /** Fraction loaded, 0–1. */
  onProgress?: ((fraction: number) => void) | undefined
}

export interface LanguageModel extends AsyncDisposable {
  readonly info: ModelInfo
  /** Token ids of `text`. `special`: read `<|im_end|>` and the like as control tokens. BOS is added where the model wants one and `addBos` is not false. */
  tokenize(text: string, options?: { special?: boolean; addBos?: boolean }): number[]
  /** Token ids of a prompt as it is read when it is asked. @throws LlamaError disposed */
  tokenizePrompt(prompt: TextPrompt): Promise<number[]>
  /** Text of the tokens; bytes that are no valid UTF-8 become U+FFFD. `special`: show control tokens. */
  detokenize(tokens: readonly number[], options?: { special?: boolean }): string
  /**
   * A conversation as the model was trained to read it, ending where the assistant speaks. The prompt to ask with is
   * `{ text, verbatim, special: true }`.
   * @throws LlamaError invalid-chat-template, disposed
   */
  formatChat(messages: readonly ChatMessage[], options?: FormatChatOptions): Promise<FormattedPrompt>
  /**
   * Generates text. Concurrent calls share decode calls; calls with a common prompt prefix share its KV cache.
   * @throws LlamaError context-too-long, invalid-sampling, cancelled, disposed, adapter-mismatch, native-error
   */
  generate(request: GenerateRequest): Promise<GenerateResult>
  /**
   * How likely the model finds given texts after a prompt, all in one batch.
   * @throws LlamaError context-too-long, invalid-token, cancelled, disposed, adapter-mismatch, native-error
   */
  score(request: ScoreRequest): Promise<TextScore[]>
  /**
   * What the model thinks while reading: outputs of given blocks for given texts, pooled over their tokens.
   * @throws LlamaError invalid-layer, context-too-long, invalid-token, cancelled, disposed, native-error
   */
  readStates(request: StatesRequest): Promise<TextStates[]>
  /**
   * Texts as vectors: the mean over tokens of what the model's last block puts out, normed as for the output layer,
   * scaled to length 1. Close texts have a high dot product.
   * @throws LlamaError context-too-long, cancelled, disposed, native-error
   */
  embed(request: EmbedRequest): Promise<Float32Array[]>
  /**
   * Fills the holes of a canvas, seeing all of it at each step. Only models that were trained so: `info.diffusion`.
   * @throws LlamaError model-unsupported, context-too-long, invalid-token, invalid-sampling, invalid-mix, cancelled,
   * disposed, adapter-mismatch, native-error
   */
  diffuse(request: DiffuseRequest): Promise<DiffuseResult>
  /** Bytes that each token adds to a text, by id; control tokens add none. Read once and kept. @throws LlamaError disposed */
  tokenBytes(): Promise<readonly Uint8Array[]>
  /** Ids of the tokens that end a text. */
  endTokens(): readonly number[]
}

/** Bytes in main memory and on the GPUs together. */
export interface MemoryNeed {
  ram: number
  gpu: number
}

export interface ModelInfo {
  path: string
  /** Which file it is that was loaded, of which parts: changes when another takes its place. */
  identity: string
  /** `general.architecture`, e.g. `llama`. */
  architecture: string
  name: string
  /** Number of parameters, and bytes of their tensors. */
  parameters: number
  bytes: number
  /** Bytes that it takes at most, with its context, as estimated before it was loaded. */
  memory: MemoryNeed
  layers: number
  embeddingSize: number
  vocabSize: number
  /** Tokens of context: trained with, and in use here. */
  trainedContextSize: number
  contextSize: number
  gpuLayers: number
  threads: number
  reproducible: Reproducibility
  /** Of models that fill masked tokens, seeing the whole text; absent: it writes from left to right, or only embeds. */
  diffusion?: DiffusionInfo | undefined
  /** The GGUF's own chat template, or the preset chosen for it. */
  chatTemplate: { source: 'file' | 'preset'; name: string } | undefined
}

export interface DiffusionInfo {
  /** The token that stands for a hole. */
  maskToken: number
  /** What a text that ends before its canvas is filled up with; −1 where the model has none. */
  endToken: number
  /** The row before a place predicts it. */
  shifted: boolean
  /** The file does not say whether rows are shifted, though those of its architecture usually do. */
  shiftAssumed: boolean
  /** Read with memory: logits are computed where they are wanted only, and what was read may be kept. */
  remembers: boolean
}

/** Whether the same request gives the same text. `not-guaranteed`: asked for, but it was not shown to hold on a GPU. */
export type Reproducibility = 'off' | 'guaranteed' | 'not-guaranteed'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  /** Names of control tokens in the content are read as such; absent: they are text. */
  special?: boolean
}

export interface FormatChatOptions {
  /** Preset or jinja text to use in place of the model's own. */
  template?: ChatTemplatePreset | { jinja: string } | undefined
  /** Ends with the opening of an assistant turn (default true). */
  addGenerationPrompt?: boolean | undefined
  /** What the template asks for besides the messages; what it does not know has no effect. */
  arguments?: TemplateArguments | undefined
}

/** `chat_template_kwargs` of transformers, vLLM and llama-server: `{ "enable_thinking": false }`. */
export type TemplateArguments = Readonly<Record<string, unknown>>

/** Chat formats that are known by name. */
export const chatTemplatePresets = [
  'chatml',
  'vicuna',
  'alpaca',
  'redpajama',
  'falcon',
  'gemma',
  'llama2',
  'llama3',
  'mistral',
  'phi3',
] as const
export type ChatTemplatePreset = (typeof chatTemplatePresets)[number]

/** A prompt with its control tokens written out, and the strings at which the assistant's turn ends. */
export interface FormattedPrompt {
  text: string
  /** Names of control tokens that the messages hold: they are text. Absent where they hold none. */
  verbatim?: TextRange[]
  stop: string[]
  /**
   * How the answer itself opens, where the model writes several messages and names each: `<|channel|>final<|message|>`.
   * Absent where it writes one.
   */
  answerOpening?: string
  /** The template has no place for system prompts: this one begins the user's turn. Absent where it has. */
  systemMoved?: true
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

type SamplingNumbers = { [Name in SamplingNumberName]?: number | undefined }

/** Sampling settings: `samplingNumbers`, and what is no number. Every default is llama.cpp's. */
export interface SamplingSettings extends SamplingNumbers {
  drySequenceBreakers?: string[] | undefined
  /** Added to the logits before anything else; −Infinity forbids the token. */
  logitBias?: { token: number; bias: number }[] | undefined
  /** Added to the logit of the last token where the others were read or written just before it; −Infinity forbids it. */
  sequenceBias?: { tokens: number[]; bias: number }[] | undefined
  /** GBNF; its root rule must match the whole text. */
  grammar?: string | undefined
  /** Samplers to run, in this order; default `defaultSamplers`. */
  samplers?: SamplerName[] | undefined
}

/**
 * Text, or token ids. Control tokens named in the text are read as such where `special`, but not inside `verbatim`
 * (ascending, not overlapping).
 */
export type PromptInput = TextPrompt | { tokens: readonly number[] }

export interface TextPrompt {
  text: string
  special?: boolean
  verbatim?: readonly TextRange[]
}

/**
 * Prompts decoded side by side: at each step the raw logits of all are added up by coefficients, one token is
 * sampled from the sum and appended to every prompt. This is guidance, negative prompts, emphasis and composition.
 */
export interface PromptMix {
  /** At least one. Prompts with a common beginning decode it once. Penalties look back on the first one. */
  terms: readonly MixTerm[]
  /**
   * Plausibility cut α, 0–1; default 0.01, 0 is off. Drops tokens whose probability is below α times the largest,
   * each taken as the best among the terms with positive coefficients. Not where one term alone counts 1.
   */
  plausibility?: number | undefined
}

export interface MixTerm {
  prompt: PromptInput
  /** What the term counts, at every step or by step: 1 is the first generated token. 0 leaves it out, undecoded. */
  coefficient: number | ((step: number) => number)
  /** In place of the request's; absent: the request's, or none where the term has a model of its own. */
  adapters?: readonly AdapterUse[] | undefined
  /** As `adapters`. */
  vectors?: readonly VectorUse[] | undefined
  /** Another loaded model with the same vocabulary; absent: the one asked. */
  model?: LanguageModel | undefined
}

/** A LoRA adapter, absolute path. */
export interface AdapterUse {
  path: string
  strength: number
}

/**
 * A control vector: for some blocks, numbered from 0, a direction of `embeddingSize` numbers that is added to the
 * block's output at every token. Block 0 cannot be steered.
 */
export interface ControlVector {
  /** `general.architecture` of the model it was made for; absent: not known. */
  architecture?: string | undefined
  directions: ReadonlyMap<number, Float32Array>
  /** By block, where it was measured: strength 1 means the same on any model. Absent: strength 1 is the directions as they are. */
  measured?: ReadonlyMap<number, MeasuredBlock> | undefined
}

/** What a block's direction does, in shares of how far positive and negative training texts lie apart. */
export interface MeasuredBlock {
  /** How far it moves what comes out of the last block. */
  worth: number
  /** How far it moves what comes out of its own block. */
  size: number
}

export interface VectorUse {
  vector: ControlVector
  strength: number
}

/**
 * What may be written, token by token. Applied after the mix and before the samplers; `@woolgather/constraint`'s
 * states are such. One object serves one generation.
 */
export interface GenerationConstraint {
  /** Sets one bit per allowed token (bit `token & 31` of word `token >>> 5`), end tokens where the text may end; returns how many. */
  allowed(mask: Uint32Array): number
  /** Appends a token that was allowed; end tokens are not appended. */
  accept(token: number): boolean
  /** Nothing may follow: the generation ends. */
  readonly isComplete: boolean
}

/** A constraint that knows a way out wherever a text stands, so that it can be ended in time. */
export interface FinishingConstraint extends GenerationConstraint {
  /**
   * @param left how many tokens may still be written: sets only those after which the text can be ended in time, or
   * all that may follow where there is none
   */
  allowed(mask: Uint32Array, left?: number): number
  /** The text may end here. */
  readonly canEnd: boolean
  /** Told first: tokens that can never be written. */
  avoid(tokens: Iterable<number>): void
  /** How many tokens end the text at the soonest, for very many at least; Infinity where no way is known. */
  tokensToEnd(): number
  /** Whether the text can be ended in time where an allowed token is the first of `left` more. */
  endsWithin(token: number, left: number): boolean
}

export interface GenerateRequest {
  prompt: PromptInput | PromptMix
  sampling?: SamplingSettings | undefined
  /** 0…2³²−1; the same seed, prompt and settings give the same text where the model is reproducible, else in the same company. */
  seed: number
  /** At most this many tokens; absent: until the model ends or the context is full. */
  maxTokens?: number | undefined
  /** Ends before any of these texts, even where one crosses token boundaries; it is not part of the output. */
  stop?: readonly string[] | undefined
  /** Requests with equal adapters share batches; others take turns. */
  adapters?: readonly AdapterUse[] | undefined
  /** Added up, each times its strength. Grouped like adapters. */
  vectors?: readonly VectorUse[] | undefined
  constraint?: GenerationConstraint | FinishingConstraint | undefined
  /**
   * Ends the text in time: a token after which the constraint could no longer be met within `maxTokens` and the context
   * is chosen again among those after which it can. Needs a constraint that finishes; default off.
   */
  finish?: boolean | undefined
  /** Notes each token's log-probability, and this many of the likeliest tokens in its place (0–100). */
  logprobs?: number | undefined
  signal?: AbortSignal | undefined
  /**
   * New text; never splits a character, never shows part of a stop string. `logprobs`, where asked for: of the tokens since
   * the last call; of those that the end holds back only the result tells.
   */
  onText?: ((text: string, logprobs: TokenLogprob[]) => void) | undefined
  /** Each token that is written, before its text: of control tokens there is none. */
  onToken?: ((token: number) => void) | undefined
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
  /** The constraint is met, and lets nothing follow. */
  | 'complete'
  /** The constraint is met because `finish` had tokens chosen again. */
  | 'finished'

export interface GenerateResult {
  text: string
  /** Ids of the generated tokens, the one that ended the turn not counted. */
  tokens: number[]
  /** Tokens of the prompt, of all terms of a mix together. */
  promptTokens: number
  /** Prompt tokens whose KV cache was already there. */
  sharedPromptTokens: number
  stopReason: StopReason
  /** With a constraint: the text does not meet it; it ended early (`length`, `context` or `stop`). */
  incomplete?: boolean | undefined
  /** The least that any model of the mix says of itself in `ModelInfo.reproducible`. */
  reproducible: Reproducibility
  /** Where asked for, one entry per token of `tokens`. */
  logprobs?: TokenLogprob[] | undefined
  /** Milliseconds from submission to the first token, and from the first to the last. */
  firstTokenMs: number
  generateMs: number
}

/**
 * Natural logarithm of a token's probability: log-softmax of the model's raw logits, or of the mix's sum, before
 * biases, constraint, samplers and temperature.
 */
export interface TokenProbability {
  token: number
  /** What the token adds to the text; part of a character as `<0xF0>`, control tokens show. */
  text: string
  logprob: number
}

export interface TokenLogprob extends TokenProbability {
  /** The likeliest tokens in its place, likeliest first; the token itself is among them where it is likely. */
  alternatives: TokenProbability[]
}

export interface ScoreRequest {
  prompt: PromptInput
  /** Texts that follow the prompt, tokenized apart from it. */
  continuations: readonly PromptInput[]
  adapters?: readonly AdapterUse[] | undefined
  vectors?: readonly VectorUse[] | undefined
  signal?: AbortSignal | undefined
}

export interface StatesRequest {
  /** `after`: a beginning that is read first and not pooled. */
  texts: readonly { text: PromptInput; after?: PromptInput | undefined }[]
  /** Blocks, from 0. */
  layers: readonly number[]
  /** Over the text's tokens: their mean (default), or the last one alone. */
  pooling?: 'mean' | 'last' | undefined
  adapters?: readonly AdapterUse[] | undefined
  vectors?: readonly VectorUse[] | undefined
  signal?: AbortSignal | undefined
  /** Texts read so far. */
  onProgress?: ((done: number, total: number) => void) | undefined
}

/** Block → `embeddingSize` numbers. */
export type TextStates = ReadonlyMap<number, Float32Array>

export interface EmbedRequest {
  texts: readonly string[]
  adapters?: readonly AdapterUse[] | undefined
  vectors?: readonly VectorUse[] | undefined
  signal?: AbortSignal | undefined
}

/** How likely one continuation is. */
export interface TextScore {
  tokens: TokenProbability[]
  /** Σ of the tokens' log-probabilities. */
  logLikelihood: number
  /** e to the minus mean log-probability; 1 for no tokens. */
  perplexity: number
}
