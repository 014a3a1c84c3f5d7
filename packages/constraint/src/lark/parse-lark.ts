import { lineAndColumn } from '../errors/constraint-error.ts'
import type { SchemaNote } from '../json-schema/ignored-keywords.ts'
import { readTokenSet } from '../grammar/token-set.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { commonTerminals } from './common-terminals.ts'
import { parseEnding } from './parse-attributes.ts'
import { lazyQuantifier, parseRegexToken, parseText } from './parse-terminal.ts'
import { larkError, type LarkToken } from './read-tokens.ts'
import { parseStructuredRegex } from './structured-regex.ts'
import type { LarkDefinition, LarkFile, LarkNode, LarkPart } from './syntax.ts'
import { describe, TokenCursor } from './token-cursor.ts'

/** Groups inside one another; deeper would exhaust the stack. */
const maximumDepth = 400
const maximumBound = 1_000_000_000

/** What stands in the way of directives, by what to do instead. */
const instead: Readonly<Record<string, string>> = {
  '%declare': 'Define it: `NAME: /…/`.',
  '%extend': 'Add its alternatives to the rule itself.',
  '%override': 'Write the rule as it is to be.',
  '%lark': 'Write its rules beside the others.',
  '%if': 'Write the cases as rules of their own.',
}

/**
 * Reads Lark's notation with llguidance's additions: `{m,n}`, `&` and `~`, `%json`, `%regex`, `[stop=…]`, `<token>`.
 * @throws {ConstraintError} with line and column: `invalid-grammar`, or `unsupported-grammar` with the name of what
 * cannot be translated
 */
export function parseLark(text: string): LarkFile {
  return new LarkParser(text).parse()
}

class LarkParser {
  readonly #cursor: TokenCursor
  #depth = 0
  readonly #definitions = new Map<string, LarkDefinition>()
  /** Names of terminals of the library, by those they have here. */
  readonly #imported = new Map<string, string>()
  readonly #ignored: LarkNode[] = []
  readonly #notes: SchemaNote[] = []

  constructor(text: string) {
    this.#cursor = new TokenCursor(text)
  }

  parse(): LarkFile {
    const cursor = this.#cursor
    cursor.skipNewlines()
    while (cursor.peek().kind !== 'end') {
      this.#parseStatement()
      if (cursor.peek().kind !== 'end') cursor.expect('newline', 'the end of the line')
      cursor.skipNewlines()
    }
    return { definitions: this.#definitions, ignored: this.#ignored, notes: this.#notes }
  }

  #parseStatement(): void {
    const token = this.#cursor.take()
    if (token.kind === 'directive') this.#parseDirective(token)
    else if (token.kind === 'rule' || token.kind === 'terminal') this.#parseDefinition(token)
    else this.#cursor.fail(`Expected a rule or a terminal, not ${describe(token)}`, token)
  }

  #parseDefinition(at: LarkToken): void {
    const cursor = this.#cursor
    const isTerminal = at.kind === 'terminal'
    if (cursor.isSymbol('::') && cursor.isSymbol('=', 1))
      cursor.fail('Expected ":", not "::="', cursor.peek(), 'Grammars with "::=" are GBNF.')
    if (cursor.isSymbol('::')) this.#refuseParameter(cursor.peek())
    const parameters = cursor.takeSymbol('{') ? this.#parseParameters(at) : undefined
    if (cursor.takeSymbol('.')) cursor.expect('number', 'a priority')
    const ending = cursor.takeSymbol('[') ? parseEnding(cursor, () => this.#parseValue()) : undefined
    cursor.expectSymbol(':')
    const body = this.#parseAlternatives()
    this.#define(plainName(at), {
      at,
      isTerminal,
      body,
      ...(parameters !== undefined && { parameters }),
      ...(ending !== undefined && { ending }),
    })
  }

  #define(name: string, definition: LarkDefinition): void {
    if (this.#definitions.has(name)) this.#cursor.fail(`"${name}" is defined twice`, definition.at)
    this.#definitions.set(name, definition)
  }

  /** `_sep{x, separator}: …`. */
  #parseParameters(at: LarkToken): string[] {
    const cursor = this.#cursor
    if (at.kind === 'terminal')
      cursor.refuse(
        `The template "${at.text}{…}" of a terminal`,
        at,
        'Templates are rules: name it in small letters.',
      )
    const names: string[] = []
    do {
      const parameter = cursor.expect('rule', 'the name of a part')
      if (names.includes(parameter.text)) cursor.fail(`"${parameter.text}" is named twice`, parameter)
      names.push(parameter.text)
    } while (cursor.takeSymbol(','))
    cursor.expectSymbol('}')
    return names
  }

  #parseDirective(token: LarkToken): void {
    if (token.text === '%ignore') this.#ignored.push(this.#parseAlternatives())
    else if (token.text === '%import') this.#parseImport()
    else if (token.text === '%llguidance') this.#parseOptions(this.#cursor.take())
    else this.#cursor.refuse(`"${token.text}"`, token, instead[token.text])
  }

  /** Options of llguidance change nothing about what texts are allowed, but for one. */
  #parseOptions(token: LarkToken): void {
    const options = this.#parseJson(token)
    if ('ignore_once' in options && options.ignore_once !== false)
      this.#cursor.refuse('"ignore_once"', token, 'Bound what is ignored where it may stand.')
  }

  /** `%import common.X`, `%import common.X -> Y`, `%import common (X, Y)`. */
  #parseImport(): void {
    const cursor = this.#cursor
    const library = cursor.take()
    if (library.text !== 'common') {
      cursor.refuse(
        `Importing from "${library.text}${cursor.peek().text}"`,
        library,
        'Only "common" can be imported from.',
      )
    }
    if (cursor.takeSymbol('(')) {
      do this.#importTerminal(cursor.expect('terminal', 'a terminal'))
      while (cursor.takeSymbol(','))
      cursor.expectSymbol(')')
      return
    }
    cursor.expectSymbol('.')
    const terminal = cursor.expect('terminal', 'a terminal')
    this.#importTerminal(
      terminal,
      cursor.takeSymbol('->') ? cursor.expect('terminal', 'a terminal') : terminal,
    )
  }

  #importTerminal(terminal: LarkToken, as: LarkToken = terminal): void {
    const name = terminal.text
    const regex = Object.hasOwn(commonTerminals, name) ? commonTerminals[name] : undefined
    if (regex === undefined)
      this.#cursor.refuse(
        `"common.${name}"`,
        terminal,
        `There are ${Object.keys(commonTerminals).join(', ')}.`,
      )
    if (this.#imported.get(as.text) === name) return
    this.#imported.set(as.text, name)
    const body: LarkNode = { kind: 'terminal', expression: parseRegexPart(regex) }
    this.#define(as.text, { at: as, isTerminal: true, body })
  }

  #parseAlternatives(): LarkNode {
    const options = [this.#parseConjunction()]
    while (this.#cursor.takeBar()) options.push(this.#parseConjunction())
    return options.length === 1 ? options[0]! : { kind: 'choice', options }
  }

  #parseConjunction(): LarkNode {
    const cursor = this.#cursor
    const items = [this.#parseSequence()]
    const at = cursor.peek()
    while (cursor.takeSymbol('&')) items.push(this.#parseSequence())
    if (cursor.takeSymbol('->')) cursor.expect('rule', 'the name of an alias')
    if (cursor.peek().text === '%if') cursor.refuse('"%if"', cursor.peek(), instead['%if'])
    return items.length === 1 ? items[0]! : { kind: 'all', items, at }
  }

  #parseSequence(): LarkNode {
    const items: LarkNode[] = []
    for (let item = this.#parseItem(); item !== undefined; item = this.#parseItem()) {
      items.push(this.#parseRepeats(item))
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  #parseItem(): LarkNode | undefined {
    const cursor = this.#cursor
    if (this.#depth > 0) cursor.skipNewlines()
    const at = cursor.peek()
    if (cursor.takeSymbol('~')) return this.#parseNegation(at)
    if (cursor.takeSymbol('(')) return this.#parseGroup(at, ')')
    if (cursor.takeSymbol('['))
      return { kind: 'repeat', item: this.#parseGroup(at, ']'), minimum: 0, maximum: 1 }
    return this.#parseAtom()
  }

  #parseNegation(at: LarkToken): LarkNode {
    this.#enter(at)
    const item = this.#parseItem()
    this.#depth--
    if (item === undefined) return this.#cursor.fail('Expected what "~" is about', this.#cursor.peek())
    return { kind: 'not', item, at }
  }

  #parseAtom(): LarkNode | undefined {
    const cursor = this.#cursor
    const at = cursor.peek()
    switch (at.kind) {
      case 'rule':
      case 'terminal':
        return this.#parseName()
      case 'text':
        return { kind: 'terminal', expression: parseText(cursor) }
      case 'regex':
        this.#noteLaziness(at)
        return { kind: 'terminal', expression: parseRegexToken(cursor.take(), cursor) }
      case 'token':
        return this.#parseToken(cursor.take())
      case 'directive':
        return this.#parseInline(at)
      case 'symbol':
        if (at.text === '@')
          cursor.refuse(`The grammar "@${cursor.peek(1).text}"`, at, 'Write its rules beside the others.')
        return undefined
      default:
        return undefined
    }
  }

  #noteLaziness(at: LarkToken): void {
    const lazy = lazyQuantifier(at)
    if (lazy === undefined) return
    const { line, column } = lineAndColumn(this.#cursor.text, at.position)
    const problem = `The lazy “${lazy}” at line ${line}, column ${column} is read as “${lazy.slice(0, -1)}”`
    const hint = 'name what may come before the end, [^"]* say, or give a rule [lazy]'
    this.#notes.push({ keyword: lazy, path: '', problem, message: `${problem}: ${hint}` })
  }

  #parseName(): LarkNode {
    const cursor = this.#cursor
    const at = cursor.take()
    const [mark] = /^[!?]/.exec(at.text) ?? []
    if (mark !== undefined)
      cursor.fail(
        `"${mark}" stands before a rule where it is defined`,
        at,
        mark === '?' ? 'After what is optional, write a blank behind "?".' : undefined,
      )
    if (cursor.isSymbol('::')) this.#refuseParameter(cursor.peek())
    const isBound = cursor.peek(1).kind === 'number' || cursor.isSymbol(',', 1)
    const parts = cursor.isSymbol('{') && !isBound ? this.#parseParts() : undefined
    return { kind: 'name', name: plainName(at), at, ...(parts !== undefined && { parts }) }
  }

  /** What a template is used with: `{NUMBER, ","}`. */
  #parseParts(): LarkPart[] {
    const cursor = this.#cursor
    const open = cursor.take()
    const parts: LarkPart[] = []
    this.#enter(open)
    do {
      cursor.skipNewlines()
      const mark = cursor.mark
      const node = this.#parseAlternatives()
      if (cursor.mark === mark)
        cursor.fail(`Expected a part of the template, not ${describe(cursor.peek())}`, cursor.peek())
      parts.push({ node, tokens: cursor.since(mark) })
      cursor.skipNewlines()
    } while (cursor.takeSymbol(','))
    this.#depth--
    cursor.expectSymbol('}')
    return parts
  }

  /** A single thing: what `[stop=…]` gives. */
  #parseValue(): LarkNode {
    const { kind, text } = this.#cursor.peek()
    const isValue = ['terminal', 'text', 'regex'].includes(kind) || text === '%regex'
    const value = isValue ? this.#parseAtom() : undefined
    return (
      value ?? this.#cursor.fail(`Expected a text, a regex or a terminal, not "${text}"`, this.#cursor.peek())
    )
  }

  #parseToken(at: LarkToken): LarkNode {
    const tokens = readTokenSet(at.text, false)
    if (tokens === undefined) return this.#cursor.fail(`${at.text} names no tokens`, at)
    const where = lineAndColumn(this.#cursor.text, at.position)
    return { kind: 'token', call: { kind: 'token', tokens, where }, at }
  }

  /** `%json {…}` and `%regex {…}`. */
  #parseInline(at: LarkToken): LarkNode | undefined {
    const cursor = this.#cursor
    if (at.text === '%lark') cursor.refuse('"%lark"', at, instead[at.text])
    if (at.text !== '%json' && at.text !== '%regex') return undefined
    cursor.take()
    const json = cursor.take()
    const value = this.#parseJson(json)
    if (at.text === '%json') return { kind: 'schema', text: json.text, at }
    return { kind: 'terminal', expression: parseStructuredRegex(value, json, cursor) }
  }

  #parseJson(token: LarkToken): object {
    try {
      return JSON.parse(token.text) as object
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return this.#cursor.fail(`This object is no JSON: ${error.message}`, token)
    }
  }

  #parseGroup(open: LarkToken, close: string): LarkNode {
    this.#enter(open)
    const inner = this.#parseAlternatives()
    this.#cursor.skipNewlines()
    if (this.#cursor.peek().kind === 'end') this.#cursor.fail(`This "${open.text}" is never closed`, open)
    this.#cursor.expectSymbol(close)
    this.#depth--
    return inner
  }

  #enter({ position }: LarkToken): void {
    if (++this.#depth <= maximumDepth) return
    const message = `Groups are nested more than ${maximumDepth} deep`
    throw larkError('too-large', message, this.#cursor.text, position)
  }

  #parseRepeats(item: LarkNode): LarkNode {
    const cursor = this.#cursor
    const repeated = (minimum: number, maximum: number): LarkNode => ({
      kind: 'repeat',
      item,
      minimum,
      maximum,
    })
    if (cursor.takeSymbol('*')) return repeated(0, Infinity)
    if (cursor.takeSymbol('+')) return repeated(1, Infinity)
    if (cursor.takeSymbol('?')) return repeated(0, 1)
    const first = cursor.peek(1)
    if (cursor.isSymbol('~') && first.kind === 'number') {
      cursor.take()
      const minimum = this.#readCount()
      return this.#bounded(repeated(minimum, cursor.takeSymbol('..') ? this.#readCount() : minimum), first)
    }
    if (!cursor.takeSymbol('{')) return item
    const minimum = cursor.isSymbol(',') ? 0 : this.#readCount()
    const isRange = cursor.takeSymbol(',')
    const maximum = !isRange ? minimum : cursor.isSymbol('}') ? Infinity : this.#readCount()
    cursor.expectSymbol('}')
    return this.#bounded(repeated(minimum, maximum), first)
  }

  #bounded(node: LarkNode, first: LarkToken): LarkNode {
    if (node.kind === 'repeat' && node.maximum < node.minimum)
      this.#cursor.fail(`The bounds ${node.minimum}..${node.maximum} are the wrong way round`, first)
    return node
  }

  #readCount(): number {
    const token = this.#cursor.expect('number', 'a count')
    const count = Number(token.text)
    return Number.isInteger(count) && count >= 0 && count <= maximumBound
      ? count
      : this.#cursor.fail(`Repeats go from 0 to ${maximumBound}`, token)
  }

  #refuseParameter(at: LarkToken): never {
    return this.#cursor.refuse('A rule with a number ("::")', at, 'Write the cases as rules of their own.')
  }
}

/** Without the marks that only shape Lark's trees. */
function plainName({ text }: LarkToken): string {
  return text.replace(/^[!?]+/, '')
}
