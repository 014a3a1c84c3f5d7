import { formatChat, resolveTemplate } from './chat/index.ts'
import { LlamaError } from './error.ts'
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
  TextScore,
  TextStates,
} from './interface.ts'
import type { LoadedModel } from './loaded-model.ts'

/** One reference to a loaded model. Disposing it waits for its own generations, then lets go of the model. */
export class NativeLanguageModel implements LanguageModel {
  readonly info: ModelInfo
  readonly #model: LoadedModel
  readonly #release: () => Promise<void>
  readonly #work = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined

  constructor(model: LoadedModel, release: () => Promise<void>) {
    this.info = model.info
    this.#model = model
    this.#release = release
  }

  /** The model in memory behind any handle. @throws LlamaError invalid-mix, disposed */
  static open(model: LanguageModel): LoadedModel {
    if (model instanceof NativeLanguageModel) return model.#usable
    throw new LlamaError('invalid-mix', `${model.info.path} was loaded by another runtime`)
  }

  get #usable(): LoadedModel {
    if (this.#disposal) throw new LlamaError('disposed', `The model ${this.info.path} was disposed`)
    return this.#model
  }

  tokenize(text: string, options: { special?: boolean; addBos?: boolean } = {}): number[] {
    return this.#usable.tokenize(text, options)
  }

  detokenize(tokens: readonly number[], options: { special?: boolean } = {}): string {
    return this.#usable.vocabulary.detokenize(tokens, options.special ?? false)
  }

  formatChat(messages: readonly ChatMessage[], options: FormatChatOptions = {}): FormattedPrompt {
    const { vocabulary, template } = this.#usable
    return formatChat({
      messages,
      template: resolveTemplate(template, options.template),
      bosToken: vocabulary.name(vocabulary.bos),
      eosToken: vocabulary.name(vocabulary.eos),
      tokenizerAddsBos: vocabulary.addsBos,
      addGenerationPrompt: options.addGenerationPrompt,
    })
  }

  async generate(request: GenerateRequest): Promise<GenerateResult> {
    const others = termModels(request)
    const generation = this.#usable.generate(request, (model) => NativeLanguageModel.open(model))
    return await this.#keep(generation, others)
  }

  async score(request: ScoreRequest): Promise<TextScore[]> {
    return await this.#keep(this.#usable.score(request))
  }

  async readStates(request: StatesRequest): Promise<TextStates[]> {
    return await this.#keep(this.#usable.readStates(request))
  }

  async embed(request: EmbedRequest): Promise<Float32Array[]> {
    return await this.#keep(this.#usable.embed(request))
  }

  async tokenBytes(): Promise<readonly Uint8Array[]> {
    return await this.#keep(this.#usable.vocabulary.pieces())
  }

  endTokens(): readonly number[] {
    return this.#usable.vocabulary.endTokens
  }

  /** Keeps this model, and the others, from being freed until the work has ended. */
  async #keep<Result>(work: Promise<Result>, others: readonly NativeLanguageModel[] = []): Promise<Result> {
    const keepers = [this, ...others]
    for (const keeper of keepers) keeper.#work.add(work)
    try {
      return await work
    } finally {
      for (const keeper of keepers) keeper.#work.delete(work)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  async #dispose(): Promise<void> {
    await Promise.allSettled(this.#work)
    await this.#release()
  }
}

function termModels({ prompt }: GenerateRequest): NativeLanguageModel[] {
  if (!('terms' in prompt)) return []
  return prompt.terms.flatMap(({ model }) => (model instanceof NativeLanguageModel ? [model] : []))
}
