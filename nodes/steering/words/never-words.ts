import type { WordBias } from './word-bias.ts'
import { beginsWithLetter, endsWithLetter } from './letters.ts'
import { formsWithoutSpace } from './word-bias.ts'

/** Tokens that would complete a word after what stands there, by whether that must begin a word. */
interface Completing {
  tokens: number[]
  /** The word begins with a letter, so what stands there counts only where no letter stands before it. */
  afterBorder: boolean
}

/**
 * Words that must not be written, however a vocabulary splits them, as bytes (each a UTF-16 unit): a token is forbidden
 * where it would complete one. `moon` is found in “(moon)” and “mo|on”, not in “moonlight”.
 */
export class NeverWords {
  /** By what of the word stands there already; '' for tokens that hold it whole. */
  readonly #completing = new Map<string, Completing[]>()
  readonly #longest: number

  /** @param pieces bytes of each token, by id */
  constructor(pieces: readonly Uint8Array[], words: readonly WordBias[]) {
    const wanted = this.#listEndings(words)
    this.#longest = Math.max(0, ...[...this.#completing.keys()].map((begun) => begun.length))
    const lengths = [...new Set([...wanted.keys()].map((ending) => ending.length))]
    const firsts = new Set([...wanted.keys()].map((ending) => ending.charAt(0)))
    for (const [token, bytes] of pieces.entries()) {
      const piece = Buffer.from(bytes).toString('latin1')
      for (let from = 0; from < piece.length; from++) {
        if (firsts.has(piece.charAt(from))) note(wanted, lengths, piece, from, token)
      }
    }
  }

  #listEndings(words: readonly WordBias[]): Map<string, Ending[]> {
    const wanted = new Map<string, Ending[]>()
    for (const word of words) {
      for (const form of word.exact === true ? [word.text] : formsWithoutSpace(word)) {
        const bytes = Buffer.from(form).toString('latin1')
        for (let begun = 0; begun < bytes.length; begun++) {
          const ending: Ending = {
            tokens: this.#tokensAfter(bytes.slice(0, begun), begun > 0 && beginsWithLetter(bytes)),
            whole: begun === 0,
            inside: begun === 0 && word.exact !== true,
            afterBorder: beginsWithLetter(bytes),
            beforeBorder: endsWithLetter(bytes),
          }
          const others = wanted.get(bytes.slice(begun)) ?? []
          wanted.set(bytes.slice(begun), [...others, ending])
        }
      }
    }
    return wanted
  }

  #tokensAfter(begun: string, afterBorder: boolean): number[] {
    const known = this.#completing.get(begun) ?? []
    this.#completing.set(begun, known)
    const found = known.find((one) => one.afterBorder === afterBorder)
    if (found !== undefined) return found.tokens
    const added: Completing = { tokens: [], afterBorder }
    known.push(added)
    return added.tokens
  }

  /** How many bytes of a text decide what is forbidden after it. */
  get reach(): number {
    return this.#longest + 4
  }

  /** Tokens that may not follow a text. @param seam where the answer begins in it: a word may begin there, too */
  *forbiddenAfter(text: string, seam: number): Generator<number, void> {
    for (const { tokens } of this.#reached(text, seam, 0)) yield* tokens
  }

  /** Whether the text ends inside a word that must not be written. */
  hasBegunIn(text: string, seam: number): boolean {
    return !this.#reached(text, seam, 1).next().done
  }

  *#reached(text: string, seam: number, least: number): Generator<Completing, void> {
    for (let length = least; length <= Math.min(this.#longest, text.length); length++) {
      const from = text.length - length
      for (const one of this.#completing.get(text.slice(from)) ?? []) {
        if (!one.afterBorder || from === seam || !endsWithLetter(text.slice(0, from))) yield one
      }
    }
  }
}

/** Some or all of a word: what a token must hold to complete it. */
interface Ending {
  /** Gets the tokens. */
  tokens: number[]
  whole: boolean
  /** A whole word may stand anywhere in a token, not only at its start. */
  inside: boolean
  afterBorder: boolean
  beforeBorder: boolean
}

function note(
  wanted: ReadonlyMap<string, readonly Ending[]>,
  lengths: readonly number[],
  piece: string,
  from: number,
  token: number,
): void {
  for (const length of lengths) {
    if (from + length > piece.length) continue
    for (const ending of wanted.get(piece.slice(from, from + length)) ?? []) {
      const goesOn = ending.beforeBorder && beginsWithLetter(piece.slice(from + length))
      const isPart =
        from > 0 && (!ending.inside || (ending.afterBorder && endsWithLetter(piece.slice(0, from))))
      if (!goesOn && !isPart) ending.tokens.push(token)
    }
  }
}
