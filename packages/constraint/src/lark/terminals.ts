import { intersectLanguages, type Condition } from '../automaton/intersect-languages.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { everyCharacter } from '../grammar/characters.ts'
import { characters, choice, repeat, rule, sequence, type Expression } from '../grammar/expression.ts'
import { lazyDefinition } from './find-lazy-rivals.ts'
import { larkError, type LarkToken } from './read-tokens.ts'
import type { LarkDefinition, LarkEnding, LarkName, LarkNode } from './syntax.ts'

const anything = repeat(characters(everyCharacter), 0, Infinity)
const something = repeat(characters(everyCharacter), 1, Infinity)

/** States of all that is joined or negated together. */
const mostStates = 60_000
/** Terminals inside one another; deeper would exhaust the stack. */
const deepest = 200

/** Terminals as expressions. What `&`, `~` and attributes are about is spelled out there: it calls no rules. */
export class Terminals {
  readonly #text: string
  readonly #definitions: ReadonlyMap<string, LarkDefinition>
  readonly #spelled = new Map<string, Expression>()
  /** Those being spelled out, so that one is not met inside itself. */
  readonly #room = { left: mostStates }
  readonly #within = new Set<string>()

  constructor(text: string, definitions: ReadonlyMap<string, LarkDefinition>) {
    this.#text = text
    this.#definitions = definitions
  }

  /** @throws {ConstraintError} with line and column */
  expressionOf(node: LarkNode): Expression {
    return this.#convert(node, (name) => this.#call(name))
  }

  /** What a rule with attributes matches. */
  ending(body: LarkNode, { kind, text, at }: LarkEnding): Expression {
    const whole = this.#whole(body, text)
    const stop = kind === 'stop' && text !== undefined ? this.#spell(text) : undefined
    const spelled = this.#spell(body)
    return this.#combine(at, () =>
      stop === undefined
        ? [is(whole), isNot(sequence([whole, something]))]
        : [is(spelled), isNot(sequence([anything, stop, anything]))],
    )
  }

  /** What a terminal matches where lazy rules may begin, too: nothing that one of them has ended. */
  besideLazy(node: LarkNode, rivals: readonly LarkDefinition[]): Expression {
    const lazy = lazyDefinition(node, this.#definitions)
    const matched = lazy === undefined ? this.#spell(node) : this.ending(lazy.body, lazy.ending!)
    // Of two lazy ones that end together, either is meant.
    const more = lazy === undefined ? anything : something
    const ended = rivals.map(({ body, ending }) => sequence([this.#whole(body, ending!.text), more]))
    return this.#combine(rivals[0]!.ending!.at, () => [is(matched), isNot(choice(ended))])
  }

  /** With what it ends with. */
  #whole(body: LarkNode, text: LarkNode | undefined): Expression {
    const spelled = this.#spell(body)
    return text === undefined ? spelled : sequence([spelled, this.#spell(text)])
  }

  #spell(node: LarkNode): Expression {
    return this.#convert(node, (name) => this.#spellName(name))
  }

  #convert(node: LarkNode, callOf: (name: LarkName) => Expression): Expression {
    const convert = (inner: LarkNode): Expression => this.#convert(inner, callOf)
    switch (node.kind) {
      case 'terminal':
        return node.expression
      case 'name':
        return callOf(node)
      case 'sequence':
        return sequence(node.items.map(convert))
      case 'choice':
        return choice(node.options.map(convert))
      case 'repeat':
        return repeat(convert(node.item), node.minimum, node.maximum)
      case 'all': {
        const conditions = node.items.map((item) =>
          item.kind === 'not' ? isNot(this.#spell(item.item)) : is(this.#spell(item)),
        )
        return this.#combine(node.at, () => [is(anything), ...conditions])
      }
      case 'not': {
        const inner = this.#spell(node.item)
        return this.#combine(node.at, () => [is(anything), isNot(inner)])
      }
      case 'schema':
        return this.#fail('A terminal holds no "%json": use it in a rule', node.at)
      case 'token':
        return this.#fail(`A terminal holds no tokens (${node.call.tokens.text}): use it in a rule`, node.at)
    }
  }

  #call(node: LarkName): Expression {
    if (node.parts !== undefined)
      return this.#fail(`A terminal holds no templates ("${node.name}{…}"): use it in a rule`, node.at)
    if (!this.#definitions.has(node.name)) return this.#fail(`"${node.name}" is not defined`, node.at)
    return rule(node.name)
  }

  #spellName(node: LarkName): Expression {
    this.#call(node)
    const definition = this.#definitions.get(node.name)!
    if (!definition.isTerminal)
      return this.#fail(
        `"${node.name}" is a rule: only terminals are joined by "&" and "~" or have attributes`,
        node.at,
      )
    const known = this.#spelled.get(node.name)
    if (known !== undefined) return known
    if (this.#within.has(node.name))
      return this.#fail(`The terminal "${node.name}" refers to itself`, node.at)
    if (this.#within.size >= deepest)
      throw larkError(
        'too-large',
        `Terminals refer to one another more than ${deepest} deep`,
        this.#text,
        node.at.position,
      )
    this.#within.add(node.name)
    const spelled = this.#spell(definition.body)
    this.#within.delete(node.name)
    this.#spelled.set(node.name, spelled)
    return spelled
  }

  #combine({ position }: LarkToken, conditions: () => readonly Condition[]): Expression {
    try {
      return intersectLanguages(conditions(), this.#room)
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error
      throw larkError('too-large', error.message, this.#text, position, error.hint)
    }
  }

  #fail(message: string, { position }: LarkToken): never {
    throw larkError('invalid-grammar', message, this.#text, position)
  }
}

function is(expression: Expression): Condition {
  return { expression, negate: false }
}

function isNot(expression: Expression): Condition {
  return { expression, negate: true }
}
