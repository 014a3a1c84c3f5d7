import { StopMatcher, Utf8Stream } from '../text/index.ts'

/** Turns the bytes of tokens into text that never splits a character and never shows part of a stop string. */
export class TextOutput {
  readonly #characters = new Utf8Stream()
  readonly #stops: StopMatcher
  readonly #onText: ((text: string) => void) | undefined
  text = ''

  constructor(stops: readonly string[], onText: ((text: string) => void) | undefined) {
    this.#stops = new StopMatcher(stops)
    this.#onText = onText
  }

  /** True once a stop string has appeared. */
  push(bytes: Uint8Array): boolean {
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
    this.#onText?.(text)
  }
}
