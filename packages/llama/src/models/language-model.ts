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
import type { DiffuseRequest, DiffuseResult } from '../contract/diffusing.ts'
import { diffuse } from '../requests/diffuse.ts'
import { generate } from '../requests/generate.ts'
import { embed, readTexts } from '../requests/read-texts.ts'
import { score } from '../requests/score.ts'
import type { ResidentModel } from '../resident/resident-model.ts'

/** One reference to a loaded model. Disposing it waits for its own generations, then lets go of the model. */
export class NativeLanguageModel implements LanguageModel {
  readonly info: ModelInfo
  readonly #model: ResidentModel
  readonly #release: () => Promise<void>
  readonly #work = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined

  constructor(model: ResidentModel, release: () => Promise<void>) {
    this.info = model.info
    this.#model = model
    this.#release = release
  }

  /** The model in memory behind any handle. @throws LlamaError invalid-mix, disposed */
  static open(model: LanguageModel): ResidentModel {
    if (model instanceof NativeLanguageModel) return model.#usable
    throw new LlamaError('invalid-mix', `${model.info.path} was loaded by another runtime.`)
  }

  get #usable(): ResidentModel {
    if (this.#disposal) throw new LlamaError('disposed', `The model ${this.info.path} was disposed.`)
    return this.#model
  }

  tokenize(text: string, options: { special?: boolean; addBos?: boolean } = {}): number[] {
    return this.#usable.tokenize(text, options)
  }

  async tokenizePrompt(prompt: TextPrompt): Promise<number[]> {
    return await this.#keep(this.#usable.reader.prompt(prompt))
  }

  detokenize(tokens: readonly number[], options: { special?: boolean } = {}): string {
    return this.#usable.vocabulary.detokenize(tokens, options.special ?? false)
  }

  async formatChat(
    messages: readonly ChatMessage[],
    options: FormatChatOptions = {},
  ): Promise<FormattedPrompt> {
    return await this.#keep(this.#formatChat(messages, options))
  }

  async #formatChat(
    messages: readonly ChatMessage[],
    { template, addGenerationPrompt, arguments: given }: FormatChatOptions,
  ): Promise<FormattedPrompt> {
    const { vocabulary, template: own } = this.#usable
    return await formatChat({
      messages,
      template: resolveTemplate(own, template),
      bosToken: vocabulary.name(vocabulary.bos),
      eosToken: vocabulary.name(vocabulary.eos),
      tokenizerAddsBos: vocabulary.addsBos,
      addGenerationPrompt,
      arguments: given,
      names: await vocabulary.specialNames(),
    })
  }

  async generate(request: GenerateRequest): Promise<GenerateResult> {
    const others = termModels(request)
    const generation = generate(this.#usable, request, (model) => NativeLanguageModel.open(model))
    return await this.#keep(generation, others)
  }

  async score(request: ScoreRequest): Promise<TextScore[]> {
    return await this.#keep(score(this.#usable, request))
  }

  async readStates(request: StatesRequest): Promise<TextStates[]> {
    return await this.#keep(readTexts(this.#usable, request))
  }

  async embed(request: EmbedRequest): Promise<Float32Array[]> {
    return await this.#keep(embed(this.#usable, request))
  }

  async diffuse(request: DiffuseRequest): Promise<DiffuseResult> {
    return await this.#keep(diffuse(this.#usable, request))
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
