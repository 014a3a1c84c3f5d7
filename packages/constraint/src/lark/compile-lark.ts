import { ConstraintError } from '../errors/constraint-error.ts'
import {
  choice,
  nothing,
  repeat,
  rule,
  sequence,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'
import type { SchemaNote } from '../json-schema/ignored-keywords.ts'
import { findLazyRivals } from './find-lazy-rivals.ts'
import { inlineSchema } from './inline-schema.ts'
import { parseLark } from './parse-lark.ts'
import { larkError, type LarkToken } from './read-tokens.ts'
import type { LarkDefinition, LarkFile, LarkName, LarkNode } from './syntax.ts'
import { Terminals } from './terminals.ts'

const ignoreRule = '%ignore'
/** Templates used in different ways; without a bound one that uses itself with more would never end. */
const mostInstances = 5_000
const longestPart = 100

/** What a part of a template stands for where it is used: something written, or the name of a template. */
type Part = { readonly text: string } & ({ readonly expression: Expression } | { readonly template: string })
type Parts = ReadonlyMap<string, Part>
const noParts: Parts = new Map()

/**
 * Lark's notation as a context-free grammar of characters. There is no lexer: where Lark would split text into
 * terminals first (longest match, priorities, keywords over names), every reading of the grammar is allowed.
 * Terminals of `%ignore` may follow any terminal that a rule uses, and precede the whole text.
 * @throws {ConstraintError} with line and column: `invalid-grammar`, or `unsupported-grammar` with the name of what
 * cannot be translated
 */
export function compileLark(text: string, start: string): { grammar: Grammar; notes: readonly SchemaNote[] } {
  return new LarkCompiler(text, parseLark(text)).compile(start)
}

class LarkCompiler {
  readonly #text: string
  readonly #file: LarkFile
  readonly #terminals: Terminals
  readonly #lazyRivals: ReadonlyMap<LarkNode, readonly LarkDefinition[]>
  readonly #rules = new Map<string, Expression>()
  readonly #pending: { name: string; definition: LarkDefinition; parts: Parts }[] = []
  readonly #notes: SchemaNote[] = []
  readonly #long = new Map<string, number>()
  #instances = 0
  #schemas = 0
  #namesTokens = false

  constructor(text: string, file: LarkFile) {
    this.#text = text
    this.#file = file
    this.#terminals = new Terminals(text, file.definitions)
    this.#lazyRivals = findLazyRivals(file, text)
  }

  compile(start: string): { grammar: Grammar; notes: readonly SchemaNote[] } {
    const { definitions, ignored } = this.#file
    if (definitions.get(start)?.parameters !== undefined || !definitions.has(start)) {
      throw new ConstraintError(
        'invalid-grammar',
        `The grammar has no rule "${start}", where every text begins`,
        {
          hint: `Name the first rule ${start}: \`${start}: …\``,
        },
      )
    }
    for (const [name, definition] of definitions)
      if (definition.parameters === undefined) this.#rules.set(name, this.#body(definition, noParts))
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop())
      this.#rules.set(next.name, this.#body(next.definition, next.parts))
    const skipped = ignored.map((node) => this.#terminals.expressionOf(node))
    this.#rules.set(ignoreRule, repeat(choice(skipped), 0, Infinity))
    this.#rules.set('%start', sequence([rule(ignoreRule), rule(start)]))
    const grammar = { start: '%start', rules: this.#rules, namesTokens: this.#namesTokens }
    return { grammar, notes: [...this.#file.notes, ...this.#notes] }
  }

  #body({ isTerminal, ending, body }: LarkDefinition, parts: Parts): Expression {
    if (isTerminal) return this.#terminals.expressionOf(body)
    return ending === undefined
      ? this.#expression(body, parts)
      : ignoreAfter(this.#terminals.ending(body, ending))
  }

  /** A node of a rule. */
  #expression(node: LarkNode, parts: Parts): Expression {
    const rivals = this.#lazyRivals.get(node)
    if (rivals !== undefined) return ignoreAfter(this.#terminals.besideLazy(node, rivals))
    switch (node.kind) {
      case 'terminal':
        return ignoreAfter(node.expression)
      case 'name':
        return this.#name(node, parts)
      case 'sequence':
        return node.items.length === 0
          ? nothing
          : sequence(node.items.map((item) => this.#expression(item, parts)))
      case 'choice':
        return choice(node.options.map((option) => this.#expression(option, parts)))
      case 'repeat':
        return repeat(this.#expression(node.item, parts), node.minimum, node.maximum)
      case 'all':
      case 'not':
        return ignoreAfter(this.#terminals.expressionOf(node))
      case 'schema':
        return ignoreAfter(this.#schema(node))
      case 'token':
        this.#namesTokens = true
        return ignoreAfter(node.call)
    }
  }

  /** @param within the parts that stand in those of the name */
  #name(node: LarkName, parts: Parts, within: Parts = parts): Expression {
    const part = parts.get(node.name)
    if (part !== undefined && 'template' in part)
      return this.#name({ ...node, name: part.template }, noParts, parts)
    if (part !== undefined && node.parts === undefined) return part.expression
    const definition = this.#file.definitions.get(node.name)
    if (definition === undefined) return this.#fail(`"${node.name}" is not defined`, node.at)
    if (definition.isTerminal) return ignoreAfter(rule(node.name))
    const wanted = definition.parameters?.length ?? 0
    const given = node.parts?.length ?? 0
    if (wanted !== given) return this.#fail(`"${node.name}" takes ${partsOf(wanted)}, not ${given}`, node.at)
    return given === 0 ? rule(node.name) : this.#instantiate(node, definition, within)
  }

  /** The rule that a template is with these parts. */
  #instantiate(node: LarkName, definition: LarkDefinition, parts: Parts): Expression {
    const given = (node.parts ?? []).map(({ node: inner, tokens }) => {
      const text = this.#shorten(tokens.map((token) => parts.get(token.text)?.text ?? token.text).join(' '))
      const template = this.#templateNamed(inner, parts)
      return template === undefined
        ? { text, expression: this.#expression(inner, parts) }
        : { text, template }
    })
    const name = `${node.name}{${given.map(({ text }) => text).join(', ')}}`
    if (!this.#rules.has(name)) {
      if (++this.#instances > mostInstances)
        throw larkError(
          'too-large',
          `Templates are used in more than ${mostInstances} ways`,
          this.#text,
          node.at.position,
        )
      this.#rules.set(name, nothing)
      const named = definition.parameters!.map((parameter, index) => [parameter, given[index]!] as const)
      this.#pending.push({ name, definition, parts: new Map(named) })
    }
    return rule(name)
  }

  /** The template that a part names, which the part is to be used as. */
  #templateNamed(node: LarkNode, parts: Parts): string | undefined {
    if (node.kind !== 'name' || node.parts !== undefined) return undefined
    const part = parts.get(node.name)
    if (part !== undefined) return 'template' in part ? part.template : undefined
    return this.#file.definitions.get(node.name)?.parameters === undefined ? undefined : node.name
  }

  /** What is long is numbered, so that the names of templates inside templates stay short. */
  #shorten(text: string): string {
    if (text.length <= longestPart) return text
    const number = this.#long.get(text) ?? this.#long.size + 1
    this.#long.set(text, number)
    return `#${number}`
  }

  #schema({ text, at }: LarkNode & { kind: 'schema' }): Expression {
    const { expression, notes } = inlineSchema(
      text,
      `%json ${++this.#schemas}`,
      this.#rules,
      (code, error) => {
        throw larkError(code, error.message, this.#text, at.position, error.hint)
      },
    )
    this.#notes.push(...notes)
    return expression
  }

  #fail(message: string, { position }: LarkToken): never {
    throw larkError('invalid-grammar', message, this.#text, position)
  }
}

function ignoreAfter(terminal: Expression): Expression {
  return sequence([terminal, rule(ignoreRule)])
}

function partsOf(count: number): string {
  return count === 0 ? 'no parts' : count === 1 ? '1 part' : `${count} parts`
}
