import { formatChat, resolveTemplate } from '../chat/index.ts'
import { LlamaError } from '../contract/error.ts'
import type {
  ChatMessage,
  EmbedRequest,
  FormatChatOptions,
  FormattedPrompt,
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  ModelInfo,
  ScoreRequest,
  StatesRequest,
  TextPrompt,
  TextScore,
  TextStates,
} from '../contract/interface.ts'
import type { DiffuseResult } from '../contract/diffusing.ts'
import type { FakeWeights } from './fake-weights.ts'

/** One reference to loaded weights. */
export class FakeModel implements LanguageModel {
  readonly #weights: FakeWeights
  readonly #release: () => void
  readonly #running = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined

  constructor(weights: FakeWeights, release: () => void) {
    this.#weights = weights
    this.#release = release
  }

  /** @throws LlamaError invalid-mix, disposed */
  static check(model: LanguageModel): void {
    if (model instanceof FakeModel) model.#checkUsable()
    else throw new LlamaError('invalid-mix', `${model.info.path} was loaded by another runtime.`)
  }

  get info(): ModelInfo {
    return this.#weights.info
  }

  tokenize(text: string, options: { special?: boolean; addBos?: boolean } = {}): number[] {
    this.#checkUsable()
    return this.#weights.tokenize(text, options)
  }

  async tokenizePrompt(prompt: TextPrompt): Promise<number[]> {
    this.#checkUsable()
    return this.#weights.promptTokens(prompt)
  }

  detokenize(tokens: readonly number[], options: { special?: boolean } = {}): string {
    this.#checkUsable()
    const { vocabulary } = this.#weights
    const wrong = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary.size)
    if (wrong !== undefined) throw new LlamaError('invalid-token', `${wrong} is no token of this model.`)
    const pieces = tokens.map((token) => vocabulary.piece(token, options.special ?? false))
    return Buffer.concat(pieces).toString('utf8')
  }

  async formatChat(
    messages: readonly ChatMessage[],
    options: FormatChatOptions = {},
  ): Promise<FormattedPrompt> {
    this.#checkUsable()
    return await formatChat({
      messages,
      template: resolveTemplate(this.#weights.template, options.template),
      bosToken: '<|bos|>',
      eosToken: '<|eos|>',
      addGenerationPrompt: options.addGenerationPrompt,
      arguments: options.arguments,
      names: this.#weights.vocabulary.names,
    })
  }

  async generate(request: GenerateRequest): Promise<GenerateResult> {
    this.#checkUsable()
    checkTermModels(request)
    return await this.#keep(this.#weights.generate(request))
  }

  async score(request: ScoreRequest): Promise<TextScore[]> {
    this.#checkUsable()
    return await this.#keep(this.#weights.score(request))
  }

  async readStates(request: StatesRequest): Promise<TextStates[]> {
    this.#checkUsable()
    return await this.#keep(this.#weights.readStates(request))
  }

  async embed(request: EmbedRequest): Promise<Float32Array[]> {
    this.#checkUsable()
    return await this.#keep(this.#weights.embed(request))
  }

  /** Fakes write from left to right. @throws LlamaError model-unsupported */
  async diffuse(): Promise<DiffuseResult> {
    this.#checkUsable()
    throw new LlamaError(
      'model-unsupported',
      `${this.info.name} writes from left to right: it fills no holes.`,
    )
  }

  async tokenBytes(): Promise<readonly Uint8Array[]> {
    this.#checkUsable()
    return this.#weights.vocabulary.pieces
  }

  endTokens(): readonly number[] {
    this.#checkUsable()
    return [this.#weights.vocabulary.eos]
  }

  async #keep<Result>(work: Promise<Result>): Promise<Result> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  async #dispose(): Promise<void> {
    await Promise.allSettled(this.#running)
    this.#release()
  }

  #checkUsable(): void {
    if (this.#disposal === undefined) return
    throw new LlamaError('disposed', `The model ${this.info.name} was disposed.`)
  }
}

/** All fakes share one vocabulary. */
function checkTermModels({ prompt }: GenerateRequest): void {
  for (const { model } of 'terms' in prompt ? prompt.terms : []) {
    if (model) FakeModel.check(model)
  }
}
