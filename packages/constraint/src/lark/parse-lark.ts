import { ConstraintError } from '../errors/constraint-error.ts'
import {
  characters,
  choice,
  literal,
  literalAnyCase,
  nothing,
  repeat,
  rule,
  sequence,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'
import { charactersBetween } from '../grammar/characters.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { commonTerminals } from './common-terminals.ts'
import { larkError, readLarkTokens, type LarkToken, type LarkTokenKind } from './read-tokens.ts'

/** Groups inside one another; deeper would exhaust the stack. */
const maximumDepth = 400
const maximumBound = 1_000_000_000
const ignoreRule = '%ignore'

/**
 * Lark's notation as a context-free grammar of characters. There is no lexer: where Lark would split text into
 * terminals first (longest match, priorities, keywords over names), every reading of the grammar is allowed.
 * Terminals of `%ignore` may follow any terminal that a rule uses, and precede the whole text.
 * @throws {ConstraintError} with line and column: `invalid-grammar`, or `unsupported-grammar` with the name of what
 * cannot be translated
 */
export function parseLark(text: string, start: string): Grammar {
  return new LarkParser(text).parse(start)
}

class LarkParser {
  readonly #text: string
  readonly #tokens: readonly LarkToken[]
  #next = 0
  #depth = 0
  readonly #rules = new Map<string, Expression>()
  readonly #uses: LarkToken[] = []
  readonly #ignored: Expression[] = []

  constructor(text: string) {
    this.#text = text
    this.#tokens = readLarkTokens(text)
  }

  parse(start: string): Grammar {
    this.#skipNewlines()
    while (this.#peek().kind !== 'end') {
      this.#parseStatement()
      if (this.#peek().kind !== 'end') this.#expect('newline', 'the end of the line')
      this.#skipNewlines()
    }
    if (!this.#rules.has(start)) {
      throw new ConstraintError(
        'invalid-grammar',
        `The grammar has no rule "${start}", where every text begins`,
        {
          hint: `Name the first rule ${start}: \`${start}: …\``,
        },
      )
    }
    for (const use of this.#uses) {
      if (!this.#rules.has(use.text)) this.#fail(`"${use.text}" is not defined`, use)
    }
    this.#rules.set(ignoreRule, repeat(choice(this.#ignored), 0, Infinity))
    this.#rules.set('%start', sequence([rule(ignoreRule), rule(start)]))
    return { start: '%start', rules: this.#rules }
  }

  #parseStatement(): void {
    const token = this.#take()
    if (token.kind === 'directive') this.#parseDirective(token)
    else if (token.kind === 'rule' || token.kind === 'terminal') this.#parseDefinition(token)
    else this.#fail(`Expected a rule or a terminal, not ${describe(token)}`, token)
  }

  #parseDefinition(token: LarkToken): void {
    const name = plainName(token)
    if (this.#isSymbol('{')) this.#refuse(`The template "${name}{…}"`, token)
    if (this.#takeSymbol('.')) this.#expect('number', 'a priority')
    this.#expectSymbol(':')
    if (this.#rules.has(name)) this.#fail(`"${name}" is defined twice`, token)
    this.#rules.set(name, this.#parseAlternatives(token.kind === 'rule'))
  }

  #parseDirective(token: LarkToken): void {
    if (token.text === '%ignore') this.#ignored.push(this.#parseAlternatives(false))
    else if (token.text === '%import') this.#parseImport()
    else this.#refuse(`"${token.text}"`, token)
  }

  /** `%import common.X`, `%import common.X -> Y`, `%import common (X, Y)`. */
  #parseImport(): void {
    const library = this.#take()
    if (library.text !== 'common') {
      this.#refuse(
        `Importing from "${library.text}${this.#peek().text}"`,
        library,
        'Only "common" can be imported from.',
      )
    }
    if (this.#takeSymbol('(')) {
      do this.#importTerminal(this.#expect('terminal', 'a terminal'))
      while (this.#takeSymbol(','))
      this.#expectSymbol(')')
      return
    }
    this.#expectSymbol('.')
    const terminal = this.#expect('terminal', 'a terminal')
    this.#importTerminal(terminal, this.#takeSymbol('->') ? this.#expect('terminal', 'a terminal') : terminal)
  }

  #importTerminal(terminal: LarkToken, as: LarkToken = terminal): void {
    const regex = Object.hasOwn(commonTerminals, terminal.text) ? commonTerminals[terminal.text] : undefined
    if (regex === undefined) this.#refuse(`"common.${terminal.text}"`, terminal)
    if (this.#rules.has(as.text)) this.#fail(`"${as.text}" is defined twice`, as)
    this.#rules.set(as.text, parseRegexPart(regex))
  }

  /** @param inRule whether ignored text may follow each terminal */
  #parseAlternatives(inRule: boolean): Expression {
    const options = [this.#parseSequence(inRule)]
    while (this.#takeBar()) options.push(this.#parseSequence(inRule))
    return choice(options)
  }

  #parseSequence(inRule: boolean): Expression {
    const items: Expression[] = []
    for (let item = this.#parseItem(inRule); item !== undefined; item = this.#parseItem(inRule)) {
      items.push(this.#parseRepeats(item))
    }
    if (this.#takeSymbol('->')) this.#expect('rule', 'the name of an alias')
    return items.length === 0 ? nothing : sequence(items)
  }

  #parseItem(inRule: boolean): Expression | undefined {
    if (this.#depth > 0) this.#skipNewlines()
    const token = this.#peek()
    if (token.kind === 'rule' || token.kind === 'terminal') return this.#parseReference(inRule)
    if (token.kind === 'text') return this.#afterTerminal(this.#parseText(), inRule)
    if (token.kind === 'regex') return this.#afterTerminal(this.#parseRegex(this.#take()), inRule)
    if (this.#takeSymbol('(')) return this.#parseGroup(token, ')', inRule)
    if (this.#takeSymbol('[')) return repeat(this.#parseGroup(token, ']', inRule), 0, 1)
    return undefined
  }

  #parseReference(inRule: boolean): Expression {
    const token = this.#take()
    if (this.#isSymbol('{')) this.#refuse(`The template "${token.text}{…}"`, token)
    this.#uses.push(token)
    return token.kind === 'terminal' ? this.#afterTerminal(rule(token.text), inRule) : rule(token.text)
  }

  #afterTerminal(terminal: Expression, inRule: boolean): Expression {
    return inRule ? sequence([terminal, rule(ignoreRule)]) : terminal
  }

  #parseGroup(open: LarkToken, close: string, inRule: boolean): Expression {
    if (++this.#depth > maximumDepth) {
      throw larkError(
        'too-large',
        `Groups are nested more than ${maximumDepth} deep`,
        this.#text,
        open.position,
      )
    }
    const inner = this.#parseAlternatives(inRule)
    this.#skipNewlines()
    if (this.#peek().kind === 'end') this.#fail(`This "${open.text}" is never closed`, open)
    this.#expectSymbol(close)
    this.#depth--
    return inner
  }

  #parseRepeats(item: Expression): Expression {
    if (this.#takeSymbol('*')) return repeat(item, 0, Infinity)
    if (this.#takeSymbol('+')) return repeat(item, 1, Infinity)
    if (this.#takeSymbol('?')) return repeat(item, 0, 1)
    if (!this.#takeSymbol('~')) return item
    const first = this.#expect('number', 'a count')
    const minimum = this.#readCount(first)
    const maximum = this.#takeSymbol('..') ? this.#readCount(this.#expect('number', 'a count')) : minimum
    if (maximum < minimum) this.#fail(`The bounds ${minimum}..${maximum} are the wrong way round`, first)
    return repeat(item, minimum, maximum)
  }

  #readCount(token: LarkToken): number {
    const count = Number(token.text)
    return count >= 0 && count <= maximumBound
      ? count
      : this.#fail(`Repeats go from 0 to ${maximumBound}`, token)
  }

  #parseText(): Expression {
    const token = this.#take()
    const text = this.#readText(token)
    if (!this.#takeSymbol('..')) return token.text.endsWith('i') ? literalAnyCase(text) : literal(text)
    const last = this.#expect('text', 'the last character of the range')
    const [from, to] = [text, this.#readText(last)].map((end) => Array.from(end))
    if (from?.length !== 1 || to?.length !== 1)
      this.#fail('A range goes from one character to another', token)
    const [low, high] = [from[0]!.codePointAt(0) as number, to[0]!.codePointAt(0) as number]
    if (high < low) this.#fail('The ends of this range are the wrong way round', token)
    return characters(charactersBetween(low, high))
  }

  #readText(token: LarkToken): string {
    const inner = token.text.replace(/^"|"i?$/g, '')
    return inner.replace(
      /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gsu,
      (escape, code: string) => {
        if (code.length > 1 && 'xuU'.includes(code[0]!)) {
          const point = Number.parseInt(code.slice(1), 16)
          return point <= 0x10ffff
            ? String.fromCodePoint(point)
            : this.#fail(`${escape} is no character`, token)
        }
        const plain: Record<string, string> = {
          n: '\n',
          r: '\r',
          t: '\t',
          f: '\f',
          v: '\v',
          '\\': '\\',
          '"': '"',
          '/': '/',
          "'": "'",
        }
        return plain[code] ?? this.#fail(`Unknown escape "${escape}"`, token)
      },
    )
  }

  #parseRegex(token: LarkToken): Expression {
    const end = token.text.lastIndexOf('/')
    const flags = token.text.slice(end + 1).replace(/[lu]/g, '')
    try {
      return parseRegexPart(token.text.slice(1, end), flags)
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error
      const code =
        error.code === 'invalid-regex'
          ? 'invalid-grammar'
          : error.code === 'too-large'
            ? 'too-large'
            : 'unsupported-grammar'
      throw larkError(code, `${error.message}, in ${token.text}`, this.#text, token.position)
    }
  }

  /** A bar continues the rule even at the beginning of a later line. */
  #takeBar(): boolean {
    const before = this.#next
    this.#skipNewlines()
    if (this.#takeSymbol('|')) return true
    this.#next = before
    return false
  }

  #skipNewlines(): void {
    while (this.#peek().kind === 'newline') this.#next++
  }

  #peek(): LarkToken {
    return this.#tokens[this.#next] as LarkToken
  }

  #take(): LarkToken {
    const token = this.#peek()
    if (token.kind !== 'end') this.#next++
    return token
  }

  #isSymbol(text: string): boolean {
    return this.#peek().kind === 'symbol' && this.#peek().text === text
  }

  #takeSymbol(text: string): boolean {
    if (!this.#isSymbol(text)) return false
    this.#next++
    return true
  }

  #expectSymbol(text: string): void {
    if (!this.#takeSymbol(text)) this.#fail(`Expected "${text}", not ${describe(this.#peek())}`, this.#peek())
  }

  #expect(kind: LarkTokenKind, what: string): LarkToken {
    return this.#peek().kind === kind
      ? this.#take()
      : this.#fail(`Expected ${what}, not ${describe(this.#peek())}`, this.#peek())
  }

  #refuse(what: string, { position }: LarkToken, hint?: string): never {
    throw larkError('unsupported-grammar', `${what} cannot be translated`, this.#text, position, hint)
  }

  #fail(message: string, { position }: LarkToken): never {
    throw larkError('invalid-grammar', message, this.#text, position)
  }
}

/** Without the marks that only shape Lark's trees. */
function plainName({ text }: LarkToken): string {
  return text.replace(/^[!?]+/, '')
}

function describe({ kind, text }: LarkToken): string {
  return kind === 'newline' ? 'the end of the line' : kind === 'end' ? text : `"${text}"`
}
