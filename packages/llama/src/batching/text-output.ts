import type { GenerateRequest, TokenLogprob } from '../contract/interface.ts'
import { StopMatcher, Utf8Stream } from '../text/index.ts'

/** Turns the bytes of tokens into text that never splits a character and never shows part of a stop string. */
export class TextOutput {
  readonly #characters = new Utf8Stream()
  readonly #stops: StopMatcher
  readonly #onText: GenerateRequest['onText']
  /** Of tokens whose text is still to come. */
  #logprobs: TokenLogprob[] = []
  text = ''

  constructor(stops: readonly string[], onText: GenerateRequest['onText']) {
    this.#stops = new StopMatcher(stops)
    this.#onText = onText
  }

  /** True once a stop string has appeared. */
  push(bytes: Uint8Array, logprob?: TokenLogprob): boolean {
    if (logprob) this.#logprobs.push(logprob)
    const { text, stopped } = this.#stops.push(this.#characters.push(bytes))
    this.#emit(text)
    return stopped !== undefined
  }

  /** Lets out what was held back in case more came, save a character that was not finished. */
  end(): void {
    this.#characters.end()
    this.#emit(this.#stops.end())
  }

  #emit(text: string): void {
    if (text === '') return
    this.text += text
    const logprobs = this.#logprobs
    this.#logprobs = []
    this.#onText?.(text, logprobs)
  }
}
