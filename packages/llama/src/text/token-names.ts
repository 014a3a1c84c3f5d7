/** A part of a text: UTF-16 units from `from` up to, not including, `to`. */
export interface TextRange {
  from: number
  to: number
}

/** Names of the tokens that a tokenizer looks for in a text before it splits the rest. */
export interface SpecialNames {
  /** Read as tokens only where that is asked for: control tokens, and what stands for unknown ones. */
  control: TokenNames
  /** Always read as tokens: those that look like markup, with which some models mark turns. */
  markup: TokenNames
  /** These and all others that are always read as tokens. */
  all: TokenNames
}

/** Names of tokens, to be found in texts. */
export class TokenNames implements Iterable<string> {
  readonly #names: ReadonlySet<string>
  /** Lengths of the names that begin with a character, longest first. */
  readonly #lengths = new Map<string, number[]>()

  constructor(names: Iterable<string>) {
    this.#names = new Set([...names].filter((name) => name !== ''))
    for (const name of this.#names) {
      const lengths = this.#lengths.get(name.charAt(0)) ?? []
      if (!lengths.includes(name.length)) lengths.push(name.length)
      this.#lengths.set(name.charAt(0), lengths)
    }
    for (const lengths of this.#lengths.values()) lengths.sort((a, b) => b - a)
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#names.values()
  }

  has(text: string): boolean {
    return this.#names.has(text)
  }

  /** Where names stand in a part of a text, from left to right; the longest where several begin. */
  find(text: string, from = 0, to: number = text.length): TextRange[] {
    const found: TextRange[] = []
    for (let at = from; at < to;) {
      const end = this.#endOfName(text, at, to)
      if (end !== undefined) found.push({ from: at, to: end })
      at = end ?? at + 1
    }
    return found
  }

  #endOfName(text: string, at: number, to: number): number | undefined {
    const lengths = this.#lengths.get(text.charAt(at))
    const length = lengths?.find((one) => at + one <= to && this.#names.has(text.slice(at, at + one)))
    return length === undefined ? undefined : at + length
  }
}
