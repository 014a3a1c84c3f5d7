import { larkError, readLarkTokens, type LarkToken, type LarkTokenKind } from './read-tokens.ts'

/** The tokens of a grammar, one after the other. */
export class TokenCursor {
  readonly text: string
  readonly #tokens: readonly LarkToken[]
  #next = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = readLarkTokens(text)
  }

  peek(ahead: number = 0): LarkToken {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] as LarkToken
  }

  take(): LarkToken {
    const token = this.peek()
    if (token.kind !== 'end') this.#next++
    return token
  }

  /** Where it stands, to read on from there or to name what was read. */
  get mark(): number {
    return this.#next
  }

  since(mark: number): readonly LarkToken[] {
    return this.#tokens.slice(mark, this.#next)
  }

  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.#next++
  }

  /** A bar continues the rule even at the beginning of a later line. */
  takeBar(): boolean {
    const before = this.#next
    this.skipNewlines()
    if (this.takeSymbol('|')) return true
    this.#next = before
    return false
  }

  isSymbol(text: string, ahead: number = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.text === text
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false
    this.#next++
    return true
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) this.fail(`Expected "${text}", not ${describe(this.peek())}`, this.peek())
  }

  expect(kind: LarkTokenKind, what: string): LarkToken {
    return this.peek().kind === kind
      ? this.take()
      : this.fail(`Expected ${what}, not ${describe(this.peek())}`, this.peek())
  }

  refuse(what: string, { position }: LarkToken, hint?: string): never {
    throw larkError('unsupported-grammar', `${what} cannot be translated`, this.text, position, hint)
  }

  fail(message: string, { position }: LarkToken, hint?: string): never {
    throw larkError('invalid-grammar', message, this.text, position, hint)
  }
}

export function describe({ kind, text }: LarkToken): string {
  return kind === 'newline' ? 'the end of the line' : kind === 'end' ? text : `"${text}"`
}
