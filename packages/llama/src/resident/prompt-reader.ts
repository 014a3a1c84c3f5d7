import { LlamaError } from '../contract/error.ts'
import type { PromptInput, StatesRequest } from '../contract/interface.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import type { PooledText } from '../states/pool-states.ts'

export interface ReaderLimits {
  /** Tokens that prompt and answer may have together. */
  sequenceLimit: number
  /** Each sequence has its own part of the context. */
  separate: boolean
}

/** Turns what is to be read into tokens, and refuses what does not fit. */
export class PromptReader {
  readonly #vocabulary: Vocabulary
  readonly #limits: ReaderLimits

  constructor(vocabulary: Vocabulary, limits: ReaderLimits) {
    this.#vocabulary = vocabulary
    this.#limits = limits
  }

  /** Tokens of a prompt, at least one. @throws LlamaError invalid-token, context-too-long */
  async prompt(prompt: PromptInput, addEos = false): Promise<number[]> {
    const tokens = await this.#read(prompt, { addBos: true, addEos })
    if (tokens.length === 0 && this.#vocabulary.bos >= 0) tokens.push(this.#vocabulary.bos)
    if (tokens.length === 0)
      throw new LlamaError('invalid-token', 'The prompt is empty, and the model has no token to begin with.')
    this.#checkLength(tokens.length)
    return tokens
  }

  /** Tokens of what follows a prompt of `promptLength` tokens. @throws LlamaError invalid-token, context-too-long */
  async continuation(continuation: PromptInput, promptLength: number): Promise<number[]> {
    const tokens = await this.#read(continuation, { addBos: false })
    this.#checkLength(promptLength + tokens.length)
    return tokens
  }

  /**
   * Tokens of a text whose states are to be pooled, behind those it is read after.
   * @param addEos whether it ends as the model's texts end
   * @throws LlamaError, as `prompt`
   */
  async pooled({ text, after }: StatesRequest['texts'][number], addEos = false): Promise<PooledText> {
    const before = after === undefined ? [] : await this.#read(after, { addBos: true })
    const own =
      after === undefined ? await this.prompt(text, addEos) : await this.#read(text, { addBos: false })
    if (own.length === 0) throw new LlamaError('invalid-token', 'There is a text without tokens to read.')
    const tokens = [...before, ...own]
    this.#checkLength(tokens.length)
    return { tokens, start: before.length }
  }

  async #read(
    prompt: PromptInput,
    { addBos, addEos = false }: { addBos: boolean; addEos?: boolean },
  ): Promise<number[]> {
    if ('text' in prompt) {
      const { text, special = false, verbatim } = prompt
      if (special && verbatim !== undefined)
        return await this.#vocabulary.tokenizeVerbatim(text, verbatim, { addBos })
      return await this.#vocabulary.tokenizeLong(text, { special, addBos, addEos })
    }
    const tokens = [...prompt.tokens]
    this.#vocabulary.check(tokens)
    return tokens
  }

  #checkLength(tokens: number): void {
    const { sequenceLimit, separate } = this.#limits
    if (tokens < sequenceLimit) return
    throw new LlamaError(
      'context-too-long',
      `The prompt has ${tokens} tokens; with room for an answer at most ${sequenceLimit - 1} fit.`,
      {
        hint: separate
          ? 'When reproducible, each of the sequences has its own part of the context: load the model with a larger context size or fewer sequences.'
          : 'Shorten the prompt, or load the model with a larger context size.',
      },
    )
  }
}
