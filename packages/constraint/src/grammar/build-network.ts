import type { CharSet } from 'refa'
import { ConstraintError } from '../errors/constraint-error.ts'
import { charactersBetween, isSurrogates, noCharacter } from './characters.ts'
import {
  choice,
  nothing,
  repeat,
  rule,
  sequence,
  type Expression,
  type Grammar,
  type RuleCall,
  type Unordered,
} from './expression.ts'
import { ExpressionSizes, unrollLimit } from './expression-sizes.ts'
import { allAtOnce, type Steps } from './steps.ts'
import { EdgeList } from './edge-list.ts'
import type { Network, NetworkCondition } from './network.ts'

type Counted = Expression & { kind: 'counted' }

/** Alternatives of a rule that are built in one step. */
const optionsAtOnce = 16

class NetworkBuilder {
  readonly #grammar: Grammar
  readonly #characterEdges = new EdgeList()
  readonly #emptyEdges = new EdgeList()
  readonly #calls = new EdgeList()
  readonly #conditionEdges = new EdgeList()
  readonly #conditions: NetworkCondition[] = []
  readonly #ends: number[] = []
  /** By node, whether what is written there is remembered. */
  readonly #remembered: number[] = []
  #remembers = false
  readonly #sets: CharSet[] = []
  readonly #setIndex = new Map<string, number>()
  readonly #knownSets = new Map<CharSet, number>()
  readonly #pointIndex = new Map<number, number>()
  readonly #ruleIndex = new Map<string, number>()
  readonly #ruleBodies: Expression[] = []
  readonly #sizes = new ExpressionSizes()
  readonly #counted = new WeakMap<Expression, string>()
  #generated = 0

  constructor(grammar: Grammar) {
    this.#grammar = grammar
  }

  *build(): Steps<Network> {
    const acceptNode = this.#newNode()
    this.#ruleNumber(this.#grammar.start)
    const ruleStart: number[] = []
    // Bodies are appended while rules are built, as they come to be called.
    for (let index = 0; index < this.#ruleBodies.length; index++) {
      const start = this.#newNode()
      const end = this.#newNode()
      ruleStart.push(start)
      this.#ends[end] = index
      yield* this.#connectBody(this.#ruleBodies[index]!, start, end)
      yield
    }
    const nodeCount = this.#ends.length
    const characterEdges = this.#characterEdges.group(nodeCount)
    yield
    const emptyEdges = this.#emptyEdges.group(nodeCount)
    yield
    return {
      nodeCount,
      sets: this.#sets,
      characterEdges,
      emptyEdges,
      calls: this.#calls.group(nodeCount),
      conditionEdges: this.#conditionEdges.group(nodeCount),
      conditions: this.#conditions,
      remembered: Uint8Array.from(this.#remembered),
      endOf: Int32Array.from(this.#ends),
      ruleStart: Int32Array.from(ruleStart),
      ruleNames: [...this.#ruleIndex.keys()],
      acceptNode,
    }
  }

  #newNode(): number {
    this.#remembered.push(this.#remembers ? 1 : 0)
    return this.#ends.push(-1) - 1
  }

  #ruleNumber(name: string): number {
    const known = this.#ruleIndex.get(name)
    if (known !== undefined) return known
    const body = this.#grammar.rules.get(name)
    if (body === undefined) throw new ConstraintError('invalid-grammar', `Rule "${name}" is not defined`)
    return this.#addRule(name, body)
  }

  #addRule(name: string, body: Expression): number {
    this.#ruleIndex.set(name, this.#ruleBodies.length)
    return this.#ruleBodies.push(body) - 1
  }

  /** Adds paths that spell `expression` between two nodes. */
  #connect(expression: Expression, from: number, to: number): void {
    switch (expression.kind) {
      case 'characters':
        if (!expression.set.isEmpty && !isSurrogates(expression.set))
          this.#characterEdges.add(from, to, this.#setNumber(expression.set))
        return
      case 'token':
        if (expression.symbols?.isEmpty === false)
          this.#characterEdges.add(from, to, this.#setNumber(expression.symbols))
        return
      case 'literal':
        this.#connectLiteral(expression.text, from, to)
        return
      case 'sequence':
        this.#connectSequence(expression.items, from, to)
        return
      case 'choice':
        this.#connectChoice(expression.options, from, to)
        return
      case 'rule':
        this.#calls.add(from, to, this.#ruleNumber(expression.name))
        return
      case 'shared':
        this.#calls.add(from, to, this.#ruleIndex.get(this.#ruleFor(expression.item))!)
        return
      case 'graph': {
        const { graph } = expression
        const nodes = Array.from({ length: graph.size }, () => this.#newNode())
        this.#emptyEdges.add(from, nodes[0]!, 0)
        for (const edge of graph.edges) this.#connect(edge.label, nodes[edge.from]!, nodes[edge.to]!)
        for (const final of graph.finals) this.#emptyEdges.add(nodes[final]!, to, 0)
        return
      }
      case 'unordered':
        this.#connectUnordered(expression, from, to)
        return
      case 'counted':
        this.#connectCounted(expression, from, to)
        return
      case 'remembered': {
        const before = this.#remembers
        this.#remembers = true
        this.#connect(expression.item, from, to)
        this.#remembers = before
        return
      }
      case 'differs':
        this.#addCondition(from, to, expression)
        return
      case 'repeat':
        this.#connectRepeat(expression, from, to)
    }
  }

  /**
   * Which members were written is kept with the place that the rule returns to; edges ask it, so that no node stands for a
   * set of them.
   */
  #connectUnordered({ members, rest, separator, end, counts }: Unordered, from: number, to: number): void {
    const { minimum = 0, maximum = Infinity } = counts ?? {}
    const [first, after, between, next, done] = Array.from({ length: 5 }, () => this.#newNode()) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const rules = members.map(({ item }) => this.#ruleNumber(item.name))
    const required = members.flatMap((member, index) => (member.required ? [index] : []))
    this.#emptyEdges.add(from, first, 0)
    if (required.length === 0 && minimum === 0) this.#emptyEdges.add(first, to, 0)
    rules.forEach((rule, member) => {
      const [begin, over] = [this.#newNode(), this.#newNode()]
      this.#emptyEdges.add(first, begin, 0)
      this.#addCondition(next, begin, { kind: 'absent', member })
      this.#calls.add(begin, over, rule)
      this.#addCondition(over, after, { kind: 'mark', member })
    })
    if (rest !== undefined) {
      this.#calls.add(first, after, this.#ruleNumber(rest.name))
      this.#calls.add(next, after, this.#ruleNumber(rest.name))
    }
    this.#addCondition(after, between, {
      kind: 'left',
      rules,
      rest: rest === undefined ? undefined : this.#ruleNumber(rest.name),
      maximum,
    })
    this.#connect(separator, between, next)
    this.#addCondition(after, done, {
      kind: 'all',
      members: required,
      rules: required.map((member) => rules[member]!),
      // One is written before it is asked for, which may be of the rest.
      minimum: minimum > 1 ? minimum : 0,
      ofAll: minimum > 1 ? rules : [],
    })
    this.#connect(end, done, to)
  }

  #connectCounted({ graph, counter }: Counted, from: number, to: number): void {
    const nodes = Array.from({ length: graph.size }, () => ({
      reached: this.#newNode(),
      at: this.#newNode(),
    }))
    this.#emptyEdges.add(from, nodes[0]!.at, 0)
    // Whether a rule matches nothing is known without asking what was counted.
    if (counter.minimum === 0 && graph.finals.includes(0)) this.#emptyEdges.add(from, to, 0)
    nodes.forEach(({ reached, at }, node) =>
      this.#addCondition(reached, at, { kind: 'count', counter, node }),
    )
    for (const { from: source, to: target, label } of graph.edges) {
      const begun = this.#newNode()
      this.#addCondition(nodes[source]!.at, begun, { kind: 'room', counter, node: target })
      this.#connect(label, begun, nodes[target]!.reached)
    }
    for (const final of graph.finals) this.#addCondition(nodes[final]!.at, to, { kind: 'counted', counter })
  }

  #addCondition(from: number, to: number, condition: NetworkCondition): void {
    this.#conditionEdges.add(from, to, this.#conditions.push(condition) - 1)
  }

  *#connectBody(body: Expression, from: number, to: number): Steps<void> {
    if (body.kind !== 'choice') return this.#connect(body, from, to)
    const begun = new Map<number, number>()
    for (const [index, option] of body.options.entries()) {
      this.#connectOption(option, from, to, begun)
      if (index % optionsAtOnce === optionsAtOnce - 1) yield
    }
  }

  #connectChoice(options: readonly Expression[], from: number, to: number): void {
    const begun = new Map<number, number>()
    for (const option of options) this.#connectOption(option, from, to, begun)
  }

  /** Texts among the options share what they begin with, so that a long list is not read text by text. */
  #connectOption(option: Expression, from: number, to: number, begun: Map<number, number>): void {
    if (option.kind === 'literal') this.#connectLiteral(option.text, from, to, begun)
    else this.#connect(option, from, to)
  }

  /** @param begun nodes that texts from the same node lead to, by `node × 2²¹ + character` */
  #connectLiteral(text: string, from: number, to: number, begun?: Map<number, number>): void {
    if (text.length === 0) this.#emptyEdges.add(from, to, 0)
    for (let at = 0; at < text.length;) {
      const point = text.codePointAt(at) as number
      at += point > 0xffff ? 2 : 1
      const key = from * 2 ** 21 + point
      const known = at === text.length ? undefined : begun?.get(key)
      const next = known ?? (at === text.length ? to : this.#newNode())
      if (known === undefined) this.#characterEdges.add(from, next, this.#pointNumber(point))
      if (at < text.length) begun?.set(key, next)
      from = next
    }
  }

  #connectSequence(items: readonly Expression[], from: number, to: number): void {
    if (items.length === 0) this.#emptyEdges.add(from, to, 0)
    items.forEach((item, index) => {
      const next = index === items.length - 1 ? to : this.#newNode()
      this.#connect(item, from, next)
      from = next
    })
  }

  #connectRepeat(expression: Expression & { kind: 'repeat' }, from: number, to: number): void {
    const { item, minimum, maximum } = expression
    const copies = maximum === Infinity ? minimum + 1 : maximum
    if (copies > 1 && copies * this.#sizes.of(item) > unrollLimit) {
      this.#connect(this.#countByRules(item, minimum, maximum), from, to)
      return
    }
    let here = this.#newNode()
    this.#emptyEdges.add(from, here, 0)
    for (let copy = 0; copy < copies; copy++) {
      if (copy >= minimum) this.#emptyEdges.add(here, to, 0)
      const loops = maximum === Infinity && copy === copies - 1
      const next = loops ? here : this.#newNode()
      this.#connect(item, here, next)
      here = next
    }
    if (maximum !== Infinity) this.#emptyEdges.add(here, to, 0)
  }

  /** `x{m,n}` as rules that double: x², x⁴, … and "up to 2ⁿ − 1", so that bounds of millions stay small. */
  #countByRules(item: Expression, minimum: number, maximum: number): Expression {
    const once = rule(this.#ruleFor(item))
    const exactly = this.#countExactly(once, minimum)
    if (maximum === Infinity) return sequence([exactly, repeat(once, 0, Infinity)])
    return sequence([exactly, this.#countUpTo(once, maximum - minimum)])
  }

  #countExactly(once: RuleCall, count: number): Expression {
    const parts: Expression[] = []
    for (let power = 0; 2 ** power <= count; power++) {
      if (Math.floor(count / 2 ** power) % 2 === 1) parts.push(this.#powerRule(once, power))
    }
    return sequence(parts)
  }

  #countUpTo(once: RuleCall, count: number): Expression {
    if (count === 0) return nothing
    const power = Math.floor(Math.log2(count + 1))
    const rest = count - (2 ** power - 1)
    const below = this.#belowPowerRule(once, power)
    return rest === 0
      ? below
      : choice([below, sequence([this.#powerRule(once, power), this.#countUpTo(once, rest - 1)])])
  }

  /** Exactly 2^power copies. */
  #powerRule(once: RuleCall, power: number): Expression {
    if (power === 0) return once
    return this.#sharedRule(`${once.name} ×2^${power}`, () => {
      const half = this.#powerRule(once, power - 1)
      return sequence([half, half])
    })
  }

  /** From none to 2^power − 1 copies. */
  #belowPowerRule(once: RuleCall, power: number): Expression {
    if (power === 0) return nothing
    return this.#sharedRule(`${once.name} <2^${power}`, () => {
      const below = this.#belowPowerRule(once, power - 1)
      return sequence([repeat(this.#powerRule(once, power - 1), 0, 1), below])
    })
  }

  #sharedRule(name: string, body: () => Expression): Expression {
    if (!this.#ruleIndex.has(name)) this.#addRule(name, body())
    return rule(name)
  }

  #ruleFor(item: Expression): string {
    if (item.kind === 'rule') {
      this.#ruleNumber(item.name)
      return item.name
    }
    const known = this.#counted.get(item)
    if (known !== undefined) return known
    const name = `shared part ${++this.#generated}`
    this.#counted.set(item, name)
    this.#addRule(name, item)
    return name
  }

  #pointNumber(point: number): number {
    const known = this.#pointIndex.get(point)
    if (known !== undefined) return known
    const set = charactersBetween(point, point)
    const number = this.#setNumber(isSurrogates(set) ? noCharacter : set)
    this.#pointIndex.set(point, number)
    return number
  }

  #setNumber(set: CharSet): number {
    const known = this.#knownSets.get(set)
    if (known !== undefined) return known
    const key = set.ranges.map(({ min, max }) => `${min}-${max}`).join()
    const number = this.#setIndex.get(key) ?? this.#sets.push(set) - 1
    this.#setIndex.set(key, number)
    this.#knownSets.set(set, number)
    return number
  }
}

/**
 * Compiles the rules reachable from the start to a network of linear size.
 * @throws {ConstraintError} `invalid-grammar` for an undefined rule, `too-large` past the limit of edges
 */
export function buildNetwork(grammar: Grammar): Network {
  return allAtOnce(buildNetworkInSteps(grammar))
}

export function buildNetworkInSteps(grammar: Grammar): Steps<Network> {
  return new NetworkBuilder(grammar).build()
}
