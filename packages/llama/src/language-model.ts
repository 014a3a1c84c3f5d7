import { formatChat, presetTemplate } from './chat/index.ts'
import type { ChatTemplate } from './chat/index.ts'
import { LlamaError } from './error.ts'
import type {
  ChatMessage,
  FormatChatOptions,
  FormattedPrompt,
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  ModelInfo,
} from './interface.ts'
import type { LoadedModel } from './loaded-model.ts'

/** One reference to a loaded model. Disposing it waits for its own generations, then lets go of the model. */
export class NativeLanguageModel implements LanguageModel {
  readonly info: ModelInfo
  readonly #model: LoadedModel
  readonly #release: () => Promise<void>
  readonly #generations = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined

  constructor(model: LoadedModel, release: () => Promise<void>) {
    this.info = model.info
    this.#model = model
    this.#release = release
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
      template: chosenTemplate(options.template) ?? template ?? noTemplate(this.info.path),
      bosToken: vocabulary.name(vocabulary.bos),
      eosToken: vocabulary.name(vocabulary.eos),
      tokenizerAddsBos: vocabulary.addsBos,
      addGenerationPrompt: options.addGenerationPrompt,
    })
  }

  async generate(request: GenerateRequest): Promise<GenerateResult> {
    const generation = this.#usable.generate(request)
    this.#generations.add(generation)
    try {
      return await generation
    } finally {
      this.#generations.delete(generation)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  async #dispose(): Promise<void> {
    await Promise.allSettled(this.#generations)
    await this.#release()
  }
}

function chosenTemplate(template: FormatChatOptions['template']): ChatTemplate | undefined {
  if (template === undefined) return undefined
  if (typeof template === 'string') return presetTemplate(template)
  return { source: 'file', name: 'your own', jinja: template.jinja }
}

function noTemplate(path: string): never {
  throw new LlamaError('invalid-chat-template', `${path} has no chat template, and none is known for it`, {
    hint: 'Choose a preset such as chatml, or write the prompt as text.',
  })
}
