import { splitVerbatim, TokenNames, type SpecialNames, type TextRange } from '../text/index.ts'

const starters = ['Once', 'The', 'Every', 'Nobody', 'Some', 'Then', 'One', 'That']
const words =
  'a and old new small bright quiet sea ship cat dog moon star river garden lighthouse robot pirate baker ' +
  'king queen child friend song story lamp door window road hill wood snow rain wind morning evening night ' +
  'sang ran found lost made kept told heard saw gave took left came went smiled waited under over near with ' +
  'of to in for from by until because while but so very happily slowly softly again together'

/** Control tokens of the fake: at the end of its vocabulary, in this order. */
const controlTexts = ['<|bos|>', '<|eos|>', '<|im_start|>', '<|im_end|>'] as const

/**
 * The fake's tokenizer: every byte is a token, and so are some words, each also with the space before it. Any text
 * goes through and comes back unchanged; characters beyond ASCII are several tokens.
 */
export class FakeVocabulary {
  /** Token ids of words that begin a sentence, without and with a space before, and of the words within. */
  readonly starters: readonly number[]
  readonly spacedStarters: readonly number[]
  readonly words: readonly number[]
  readonly bos: number
  readonly eos: number
  readonly size: number
  readonly names: SpecialNames = {
    control: new TokenNames(controlTexts),
    markup: new TokenNames([]),
    all: new TokenNames(controlTexts),
  }
  readonly #texts: readonly string[]
  readonly #ids: ReadonlyMap<string, number>
  readonly #longest: number

  constructor() {
    const spaced = (list: readonly string[]): string[] => list.map((word) => ` ${word}`)
    const inner = spaced(words.split(' '))
    this.#texts = [...starters, ...spaced(starters), ...inner, ...controlTexts]
    this.#ids = new Map(this.#texts.map((text, index) => [text, 256 + index]))
    this.#longest = Math.max(...this.#texts.map((text) => text.length))
    this.starters = this.#idsOf(starters)
    this.spacedStarters = this.#idsOf(spaced(starters))
    this.words = this.#idsOf(inner)
    this.size = 256 + this.#texts.length
    const [bos, eos] = this.#idsOf(['<|bos|>', '<|eos|>'])
    this.bos = bos ?? 0
    this.eos = eos ?? 0
  }

  tokenize(text: string, special: boolean): number[] {
    const tokens: number[] = []
    for (let at = 0; at < text.length;) {
      const found = this.#longestAt(text, at, special)
      if (found === undefined) {
        const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
        tokens.push(...new TextEncoder().encode(character))
        at += character.length
      } else {
        tokens.push(found.id)
        at += found.length
      }
    }
    return tokens
  }

  /** With control tokens, except those that are named inside `verbatim`. */
  tokenizeVerbatim(text: string, verbatim: readonly TextRange[]): number[] {
    return splitVerbatim(text, verbatim, this.names).flatMap((piece) =>
      this.tokenize(piece.text, piece.special),
    )
  }

  /** Bytes of a token; none for a control token unless `special`. */
  piece(token: number, special: boolean): Uint8Array {
    if (token < 256) return Uint8Array.of(token)
    if (this.#isControl(token) && !special) return new Uint8Array()
    return new TextEncoder().encode(this.#texts[token - 256] ?? '')
  }

  /** Bytes that each token adds to a text, by id. */
  get pieces(): readonly Uint8Array[] {
    return Array.from({ length: this.size }, (_, token) => this.piece(token, false))
  }

  #longestAt(text: string, at: number, special: boolean): { id: number; length: number } | undefined {
    for (let length = this.#longest; length > 0; length--) {
      const id = this.#ids.get(text.slice(at, at + length))
      if (id !== undefined && (special || !this.#isControl(id))) return { id, length }
    }
    return undefined
  }

  #isControl(token: number): boolean {
    return token >= this.size - controlTexts.length
  }

  #idsOf(texts: readonly string[]): number[] {
    return texts.map((text) => this.#ids.get(text) ?? 0)
  }
}
