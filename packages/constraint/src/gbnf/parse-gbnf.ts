import { ConstraintError, lineAndColumn } from '../errors/constraint-error.ts'
import { charactersBetween, everyCharacter, noCharacter } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  nothing,
  repeat,
  rule,
  sequence,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'
import { readTokenSet, tokenForm } from '../grammar/token-set.ts'

/** Groups inside one another; deeper would exhaust the stack. */
const maximumDepth = 400
/** Bounds of repeats; more is a typing error. */
const maximumBound = 1_000_000_000

/**
 * llama.cpp's grammar format: `name ::= alternatives`, literals, character classes, `.`, groups, `* + ? {m,n}`, tokens
 * (`<think>`, `<[1000]>`, `!<think>`), comments.
 * @throws {ConstraintError} `invalid-grammar` with line and column
 */
export function parseGbnf(text: string): Grammar {
  return new GbnfParser(text).parse()
}

class GbnfParser {
  readonly #text: string
  #position = 0
  #depth = 0
  #namesTokens = false
  readonly #rules = new Map<string, Expression>()
  readonly #uses: { name: string; position: number }[] = []

  constructor(text: string) {
    this.#text = text
  }

  parse(): Grammar {
    this.#skipSpace(true)
    while (this.#position < this.#text.length) this.#parseRule()
    if (!this.#rules.has('root')) {
      throw new ConstraintError(
        'invalid-grammar',
        'The grammar has no rule "root", where every text begins',
        {
          hint: 'Name the first rule root: `root ::= …`',
        },
      )
    }
    for (const { name, position } of this.#uses) {
      if (!this.#rules.has(name)) this.#fail(`Rule "${name}" is not defined`, position)
    }
    return { start: 'root', rules: this.#rules, namesTokens: this.#namesTokens }
  }

  #parseRule(): void {
    const begin = this.#position
    const name = this.#readName() ?? this.#fail('Expected the name of a rule')
    this.#skipSpace(false)
    if (!this.#take('::='))
      this.#fail(
        `Expected "::=" after "${name}"`,
        this.#position,
        this.#text[this.#position] === ':' ? 'Grammars with ":" are Lark’s.' : undefined,
      )
    this.#skipSpace(true)
    if (this.#rules.has(name)) this.#fail(`Rule "${name}" is defined twice`, begin)
    this.#rules.set(name, this.#parseAlternatives(false))
    if (this.#position < this.#text.length && !this.#atLineEnd()) this.#failUnexpected()
    this.#skipSpace(true)
  }

  /** @param nested newlines mean nothing inside parentheses */
  #parseAlternatives(nested: boolean): Expression {
    const options = [this.#parseSequence(nested)]
    while (this.#takeBar(nested)) {
      this.#skipSpace(true)
      options.push(this.#parseSequence(nested))
    }
    return choice(options)
  }

  /** A bar continues the rule at the beginning of a later line too, which llama.cpp refuses. */
  #takeBar(nested: boolean): boolean {
    const before = this.#position
    if (!nested) this.#skipSpace(true)
    if (this.#take('|')) return true
    this.#position = before
    return false
  }

  #parseSequence(nested: boolean): Expression {
    const items: Expression[] = []
    for (let item = this.#parseItem(); item !== undefined; item = this.#parseItem()) {
      items.push(this.#parseRepeats(item, nested))
    }
    return items.length === 0 ? nothing : sequence(items)
  }

  #parseItem(): Expression | undefined {
    const begin = this.#position
    const next = this.#text[begin]
    if (next === '"') return this.#parseLiteral()
    if (next === '[') return this.#parseClass()
    if (next === '(') return this.#parseGroup()
    if (this.#take('.')) return characters(everyCharacter)
    if (next === '<' || (next === '!' && this.#text[begin + 1] === '<')) return this.#parseToken()
    const name = this.#readName()
    if (name === undefined) return undefined
    this.#uses.push({ name, position: begin })
    return rule(name)
  }

  #parseRepeats(item: Expression, nested: boolean): Expression {
    for (;;) {
      this.#skipSpace(nested)
      if (this.#take('*')) item = repeat(item, 0, Infinity)
      else if (this.#take('+')) item = repeat(item, 1, Infinity)
      else if (this.#take('?')) item = repeat(item, 0, 1)
      else if (this.#text[this.#position] === '{') item = this.#parseBounds(item)
      else return item
    }
  }

  #parseBounds(item: Expression): Expression {
    const begin = this.#position++
    this.#skipSpace(true)
    const minimum = this.#readNumber() ?? this.#fail('Expected a number after "{"')
    this.#skipSpace(true)
    let maximum = minimum
    if (this.#take(',')) {
      this.#skipSpace(true)
      maximum = this.#readNumber() ?? Infinity
      this.#skipSpace(true)
    }
    if (!this.#take('}')) this.#fail('Expected "}"')
    if (maximum < minimum) this.#fail(`The bounds {${minimum},${maximum}} are the wrong way round`, begin)
    return repeat(item, minimum, maximum)
  }

  #parseGroup(): Expression {
    const begin = this.#position++
    if (++this.#depth > maximumDepth) {
      throw new ConstraintError(
        'too-large',
        `Groups are nested more than ${maximumDepth} deep${this.#at(begin)}`,
        {
          where: lineAndColumn(this.#text, begin),
        },
      )
    }
    this.#skipSpace(true)
    const inner = this.#parseAlternatives(true)
    if (this.#position >= this.#text.length) this.#fail('This "(" is never closed', begin)
    if (!this.#take(')')) this.#failUnexpected()
    this.#depth--
    return inner
  }

  /** `<think>`, `<[1000]>`; with `!` before it any other token. */
  #parseToken(): Expression {
    const begin = this.#position
    const others = this.#take('!')
    tokenForm.lastIndex = this.#position
    const [text] = tokenForm.exec(this.#text) ?? this.#fail('This "<" is never closed', begin)
    const tokens = readTokenSet(text, others) ?? this.#fail(`${text} names no tokens`, begin)
    this.#position += text.length
    this.#namesTokens = true
    return { kind: 'token', tokens, where: lineAndColumn(this.#text, begin) }
  }

  #parseLiteral(): Expression {
    const begin = this.#position++
    let spelled = ''
    while (this.#text[this.#position] !== '"') {
      if (this.#position >= this.#text.length)
        this.#fail('This text is never closed with a quotation mark', begin)
      spelled += String.fromCodePoint(this.#readCharacter())
    }
    this.#position++
    return literal(spelled)
  }

  #parseClass(): Expression {
    const begin = this.#position++
    const negated = this.#take('^')
    let set = noCharacter
    while (this.#text[this.#position] !== ']') {
      if (this.#position >= this.#text.length) this.#fail('This "[" is never closed', begin)
      const from = this.#position
      const first = this.#readCharacter()
      const isRange = this.#text[this.#position] === '-' && this.#text[this.#position + 1] !== ']'
      if (isRange) this.#position++
      if (this.#position >= this.#text.length) this.#fail('This "[" is never closed', begin)
      const last = isRange ? this.#readCharacter() : first
      if (last < first) this.#fail('The ends of this range are the wrong way round', from)
      set = set.union(charactersBetween(first, last))
    }
    if (set.isEmpty) this.#fail('This class names no character', begin)
    this.#position++
    return characters(negated ? set.negate() : set)
  }

  /** A character of a literal or class, escapes resolved. */
  #readCharacter(): number {
    const begin = this.#position
    const point = this.#text.codePointAt(begin) as number
    this.#position += point > 0xffff ? 2 : 1
    if (point !== 0x5c) return point
    const escape = this.#text[this.#position++]
    if (escape === 'x') return this.#readHex(2, begin)
    if (escape === 'u') return this.#readHex(4, begin)
    if (escape === 'U') return this.#readHex(8, begin)
    const plain = { t: 9, r: 13, n: 10, '\\': 0x5c, '"': 0x22, '[': 0x5b, ']': 0x5d, '-': 0x2d }[escape ?? '']
    return plain ?? this.#fail(`Unknown escape "\\${escape ?? ''}"`, begin)
  }

  #readHex(digits: number, begin: number): number {
    const hex = this.#text.slice(this.#position, this.#position + digits)
    if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex))
      this.#fail(`Expected ${digits} hexadecimal digits`, begin)
    this.#position += digits
    const point = Number.parseInt(hex, 16)
    return point <= 0x10ffff ? point : this.#fail(`U+${hex} is no character`, begin)
  }

  #readName(): string | undefined {
    const [name] = /^[a-zA-Z0-9_-]+/.exec(this.#text.slice(this.#position, this.#position + 200)) ?? []
    this.#position += name?.length ?? 0
    return name
  }

  #readNumber(): number | undefined {
    const [digits] = /^[0-9]+/.exec(this.#text.slice(this.#position, this.#position + 40)) ?? []
    if (digits === undefined) return undefined
    if (Number(digits) > maximumBound) this.#fail(`Repeats stop at ${maximumBound}`)
    this.#position += digits.length
    return Number(digits)
  }

  #take(symbol: string): boolean {
    if (!this.#text.startsWith(symbol, this.#position)) return false
    this.#position += symbol.length
    return true
  }

  /** Skips blanks and comments, and newlines too where they mean nothing. */
  #skipSpace(newlines: boolean): void {
    for (;;) {
      const next = this.#text[this.#position]
      if (next === ' ' || next === '\t' || (newlines && (next === '\n' || next === '\r'))) this.#position++
      else if (next === '#') while (this.#position < this.#text.length && !this.#atLineEnd()) this.#position++
      else return
    }
  }

  #atLineEnd(): boolean {
    return this.#text[this.#position] === '\n' || this.#text[this.#position] === '\r'
  }

  #failUnexpected(): never {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#position) as number)
    const hint = character === "'" ? 'Texts stand in double quotes: `"text"`.' : undefined
    this.#fail(`Unexpected "${character}"`, this.#position, hint)
  }

  #at(position: number): string {
    const { line, column } = lineAndColumn(this.#text, position)
    return `, at line ${line}, column ${column}`
  }

  #fail(message: string, position: number = this.#position, hint?: string): never {
    throw new ConstraintError('invalid-grammar', `${message}${this.#at(position)}`, {
      where: lineAndColumn(this.#text, position),
      ...(hint !== undefined && { hint }),
    })
  }
}
