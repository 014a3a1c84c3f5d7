import { TextOutput } from '../batching/text-output.ts'
import type { ChatTemplate } from '../chat/index.ts'
import { LlamaError } from '../contract/error.ts'
import type {
  EmbedRequest,
  GenerateRequest,
  GenerateResult,
  ModelInfo,
  PromptInput,
  ScoreRequest,
  StatesRequest,
  StopReason,
  TextPrompt,
  TextScore,
  TextStates,
  TokenLogprob,
  TokenProbability,
} from '../contract/interface.ts'
import { beginFinishing, neverWritten } from '../requests/begin-finishing.ts'
import { describeEnd } from '../sampling/describe-end.ts'
import { validateSampling, validateSeed } from '../sampling/validate-sampling.ts'
import { addVectors } from '../vectors/add-vectors.ts'
import type { FakeLlamaOptions } from './create-fake-llama.ts'
import type { FakeVocabulary } from './fake-vocabulary.ts'
import { pause } from './pause.ts'
import { Slots } from './slots.ts'
import {
  pretendProbability,
  pretendState,
  writeAlternative,
  writeConstrained,
  writeTokens,
  type WriteInput,
} from './write-tokens.ts'

/** What is to be written, and whether a token was drawn again so that it ends in time. */
type Plan = WriteInput & { tokens: Iterable<number>; hurried: { once: boolean } }

/** Prompts whose KV cache the fake pretends to keep. */
const keptPrompts = 32

interface FakeTerm {
  prompt: readonly number[]
  adapters: WriteInput['adapters']
  weight: number
  model?: string | undefined
}

/** One loaded file, shared by every handle on it. */
export class FakeWeights {
  readonly info: ModelInfo
  readonly template: ChatTemplate | undefined
  readonly vocabulary: FakeVocabulary
  references = 0
  readonly #options: FakeLlamaOptions
  readonly #slots: Slots
  readonly #sequenceLimit: number
  readonly #kept: { adapters: string; tokens: readonly number[] }[] = []
  #running = 0
  #mostAtOnce = 0

  constructor(
    info: ModelInfo,
    vocabulary: FakeVocabulary,
    template: ChatTemplate | undefined,
    sequences: number,
    options: FakeLlamaOptions,
  ) {
    this.info = info
    this.vocabulary = vocabulary
    this.template = template
    this.#options = options
    this.#slots = new Slots(sequences)
    this.#sequenceLimit = Math.min(
      info.contextSize,
      Math.max(info.trainedContextSize, Math.floor(info.contextSize / sequences)),
    )
  }

  /** Most generations that ran at the same time. */
  get mostAtOnce(): number {
    return this.#mostAtOnce
  }

  tokenize(text: string, options: { special?: boolean; addBos?: boolean } = {}): number[] {
    const tokens = this.vocabulary.tokenize(text, options.special ?? false)
    return options.addBos === false ? tokens : [this.vocabulary.bos, ...tokens]
  }

  async generate(request: GenerateRequest): Promise<GenerateResult> {
    const submitted = performance.now()
    const plan = this.#plan(request)
    if (request.signal?.aborted) throw new LlamaError('cancelled', 'The generation was cancelled.')
    await this.#slots.take(request.signal)
    this.#mostAtOnce = Math.max(this.#mostAtOnce, ++this.#running)
    try {
      return await this.#run(request, plan, submitted)
    } finally {
      this.#running--
      this.#slots.release()
    }
  }

  #plan(request: GenerateRequest): Plan {
    validateSeed(request.seed)
    const sampling = request.sampling ?? {}
    validateSampling(sampling, this.vocabulary.size)
    checkMaxTokens(request.maxTokens)
    const adapters = request.adapters ?? []
    this.#checkAdapters(adapters)
    const terms = this.#readTerms(request, adapters)
    const [first] = terms
    const mix = terms.length === 1 && first!.weight === 1 ? [] : terms
    const main = { prompt: first!.prompt, adapters: first!.adapters }
    const vectors = addVectors(request.vectors ?? [], this.info)?.key
    const input = { ...main, seed: request.seed, sampling, vectors, mix }
    const hurried = { once: false }
    return { ...input, hurried, tokens: this.#answer(request, input, hurried) }
  }

  /** The prompts of a mix, with what each counts at first. */
  #readTerms(request: GenerateRequest, adapters: WriteInput['adapters']): FakeTerm[] {
    const { prompt } = request
    if (!('terms' in prompt)) return [{ prompt: this.promptTokens(prompt), adapters, weight: 1 }]
    if (prompt.terms.length === 0) throw new LlamaError('invalid-mix', 'The mix has no prompts.')
    const terms = prompt.terms.map((term) => {
      const weight = typeof term.coefficient === 'function' ? term.coefficient(1) : term.coefficient
      if (!Number.isFinite(weight)) throw new LlamaError('invalid-mix', `A coefficient is ${weight}.`)
      const own = term.adapters ?? (term.model ? [] : adapters)
      this.#checkAdapters(own)
      return { prompt: this.promptTokens(term.prompt), adapters: own, weight, model: term.model?.info.path }
    })
    if (terms.some(({ weight }) => weight !== 0)) return terms
    throw new LlamaError('invalid-mix', 'All coefficients of the mix are 0 at step 1.')
  }

  /** Made-up likelihoods: the same for the same texts. */
  async score(request: ScoreRequest): Promise<TextScore[]> {
    this.#checkAdapters(request.adapters ?? [])
    if (request.signal?.aborted) throw new LlamaError('cancelled', 'The scoring was cancelled.')
    const prompt = this.promptTokens(request.prompt)
    return request.continuations.map((continuation) => {
      const written = 'tokens' in continuation ? continuation.tokens : this.#continue(continuation.text)
      this.#checkTokens([...prompt, ...written])
      const tokens = written.map((token, index) =>
        pretendProbability(this.vocabulary, [...prompt, ...written.slice(0, index)], token),
      )
      const logLikelihood = tokens.reduce((sum, { logprob }) => sum + logprob, 0)
      const perplexity = tokens.length === 0 ? 1 : Math.exp(-logLikelihood / tokens.length)
      return { tokens, logLikelihood, perplexity }
    })
  }

  /** Made-up states: the mean of a made-up direction per token. */
  async readStates({
    texts,
    layers,
    pooling = 'mean',
    signal,
    onProgress,
  }: StatesRequest): Promise<TextStates[]> {
    for (const layer of layers) {
      if (Number.isInteger(layer) && layer >= 0 && layer < this.info.layers) continue
      throw new LlamaError('invalid-layer', `Block ${layer} was asked for; there are ${this.info.layers}.`)
    }
    if (signal?.aborted) throw new LlamaError('cancelled', 'Reading was cancelled.')
    const read = texts.map(({ text }) => this.promptTokens(text))
    onProgress?.(texts.length, texts.length)
    return read.map((tokens) => {
      const pooled = pooling === 'last' ? tokens.slice(-1) : tokens
      return new Map(layers.map((layer) => [layer, this.#meanState(pooled, layer)]))
    })
  }

  async embed({ texts, signal }: EmbedRequest): Promise<Float32Array[]> {
    const asked = texts.map((text) => ({ text: { text } }))
    const states = await this.readStates({ texts: asked, layers: [this.info.layers - 1], signal })
    return states.map((one) => {
      const [vector] = one.values()
      const length = Math.hypot(...vector!)
      return vector!.map((value) => value / length)
    })
  }

  #meanState(tokens: readonly number[], layer: number): Float32Array {
    const { embeddingSize } = this.info
    const sum = new Float32Array(embeddingSize)
    for (const token of tokens) {
      pretendState(token, layer, embeddingSize).forEach((value, index) => {
        sum[index]! += value / tokens.length
      })
    }
    return sum
  }

  #continue(text: string): number[] {
    return this.tokenize(text, { addBos: false })
  }

  promptTokens(prompt: PromptInput): number[] {
    const tokens = 'tokens' in prompt ? [...prompt.tokens] : this.#read(prompt)
    this.#checkTokens(tokens)
    return tokens
  }

  #read({ text, special = false, verbatim }: TextPrompt): number[] {
    if (!special || verbatim === undefined) return this.tokenize(text, { special })
    return [this.vocabulary.bos, ...this.vocabulary.tokenizeVerbatim(text, verbatim)]
  }

  #checkTokens(tokens: readonly number[]): void {
    const wrong = tokens.find(
      (token) => !Number.isInteger(token) || token < 0 || token >= this.vocabulary.size,
    )
    if (wrong !== undefined) {
      throw new LlamaError(
        'invalid-token',
        `${wrong} is no token of this model; its tokens are 0 to ${this.vocabulary.size - 1}.`,
      )
    }
    if (tokens.length >= this.#sequenceLimit) {
      throw new LlamaError(
        'context-too-long',
        `The prompt has ${tokens.length} tokens; with room for an answer at most ${this.#sequenceLimit - 1} fit.`,
        { hint: 'Shorten the prompt, or load the model with more context.' },
      )
    }
  }

  #checkAdapters(adapters: readonly { path: string }[]): void {
    const known = this.#options.adapters
    const missing = known && adapters.find(({ path }) => !known.includes(path))
    if (missing) throw new LlamaError('adapter-mismatch', `${missing.path} is no adapter for this model.`)
  }

  #answer(request: GenerateRequest, input: WriteInput, hurried: { once: boolean }): Iterable<number> {
    const reply = this.#options.reply?.(this.#text(input.prompt), request)
    if (reply !== undefined) return [...this.vocabulary.tokenize(reply, true), this.vocabulary.eos]
    if (request.constraint) {
      const room = Math.min(request.maxTokens ?? Infinity, this.#sequenceLimit - input.prompt.length)
      const constraint = beginFinishing(request, room, neverWritten(request.sampling))
      const finishing = constraint && { constraint, room, onAgain: () => (hurried.once = true) }
      return writeConstrained(this.vocabulary, request.constraint, input, finishing)
    }
    const grammar = request.sampling?.grammar
    if (grammar === undefined) return writeTokens(this.vocabulary, input)
    const tokens = writeAlternative(this.vocabulary, grammar, input)
    if (tokens !== undefined) return tokens
    throw new LlamaError('invalid-sampling', 'The fake follows only grammars of literal alternatives.', {
      hint: 'root ::= "yes" | "no"',
    })
  }

  #text(tokens: readonly number[]): string {
    const pieces = tokens.map((token) => this.vocabulary.piece(token, true))
    return Buffer.concat(pieces).toString('utf8')
  }

  async #run(request: GenerateRequest, plan: Plan, submitted: number): Promise<GenerateResult> {
    const { prompt } = plan
    const sharedPromptTokens = this.#share(prompt, plan.adapters)
    await this.#step(request)
    request.onPromptProgress?.(prompt.length, prompt.length)
    const output = new TextOutput(request.stop ?? [], request.onText)
    const written: number[] = []
    const first = performance.now()
    const ended = await this.#write(request, plan, output, written)
    const completed = ended === 'end' && request.constraint?.isComplete ? 'complete' : ended
    return {
      text: output.text,
      tokens: written,
      promptTokens: prompt.length,
      sharedPromptTokens,
      ...describeEnd(completed, request.constraint, plan.hurried.once),
      reproducible: this.info.reproducible,
      ...(request.logprobs !== undefined && {
        logprobs: this.#pretendLogprobs(request.logprobs, plan, written),
      }),
      firstTokenMs: first - submitted,
      generateMs: performance.now() - first,
    }
  }

  #pretendLogprobs(
    count: number,
    { prompt }: WriteInput,
    written: readonly number[],
    from = 0,
  ): TokenLogprob[] {
    return written.slice(from).map((token, index) => {
      const context = [...prompt, ...written.slice(0, from + index)]
      const one = (id: number): TokenProbability => pretendProbability(this.vocabulary, context, id)
      const others = Array.from({ length: count }, (_, rank) => one(256 + ((token + rank * 7) % 64)))
      const alternatives = others.toSorted((a, b) => b.logprob - a.logprob)
      return { ...one(token), alternatives }
    })
  }

  async #write(
    request: GenerateRequest,
    plan: Plan,
    output: TextOutput,
    written: number[],
  ): Promise<StopReason> {
    const room = this.#sequenceLimit - plan.prompt.length
    const most = Math.min(request.maxTokens ?? Infinity, room)
    for (const token of plan.tokens) {
      if (written.length >= most || token === this.vocabulary.eos) break
      await this.#step(request)
      written.push(token)
      request.onToken?.(token)
      const logprob =
        request.logprobs === undefined
          ? []
          : this.#pretendLogprobs(request.logprobs, plan, written, written.length - 1)
      if (output.push(this.vocabulary.piece(token, false), ...logprob)) return 'stop'
    }
    output.end()
    if (written.length < most) return 'end'
    return written.length === request.maxTokens ? 'length' : 'context'
  }

  async #step(request: GenerateRequest): Promise<void> {
    await pause(this.#options.tokenMs ?? 0, request.signal, 'The generation')
  }

  /** Tokens that a former prompt with the same adapters began with too; the last one is always decoded. */
  #share(prompt: readonly number[], adapters: readonly { path: string; strength: number }[]): number {
    const key = JSON.stringify(adapters.map(({ path, strength }) => [path, strength]))
    const common = this.#kept
      .filter((kept) => kept.adapters === key)
      .map((kept) => commonLength(kept.tokens, prompt))
    this.#kept.push({ adapters: key, tokens: prompt })
    if (this.#kept.length > keptPrompts) this.#kept.shift()
    return Math.max(0, Math.min(Math.max(0, ...common), prompt.length - 1))
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((token, index) => token !== b[index])
  return differs < 0 ? Math.min(a.length, b.length) : differs
}

function checkMaxTokens(maxTokens: number | undefined): void {
  if (maxTokens === undefined || (Number.isInteger(maxTokens) && maxTokens >= 1)) return
  throw new LlamaError('invalid-sampling', `maxTokens is ${maxTokens}; it must be a whole number from 1 up.`)
}
