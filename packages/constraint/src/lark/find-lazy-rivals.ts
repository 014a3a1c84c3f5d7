import { larkError } from './read-tokens.ts'
import type { LarkDefinition, LarkFile, LarkName, LarkNode } from './syntax.ts'

type Definitions = ReadonlyMap<string, LarkDefinition>
/** What may begin at a place: terminals, and rules that say how they end. */
type Beginnings = ReadonlySet<LarkNode>

const none: Beginnings = new Set()

/** Beginnings that are gathered, all in all; thousands of optional parts in a row would take for ever. */
const mostGathered = 2_000_000

/**
 * For each terminal in a rule the lazy rules that may begin at the same place. As soon as the text of one of those is
 * written, llguidance's lexer takes it, and nothing else that began there goes on.
 * @throws {ConstraintError} `too-large`
 */
export function findLazyRivals(
  { definitions }: LarkFile,
  text: string,
): ReadonlyMap<LarkNode, readonly LarkDefinition[]> {
  const rivals = new Map<LarkNode, LarkDefinition[]>()
  const first = [...definitions.values()].find(({ ending }) => ending !== undefined)
  if (first === undefined) return rivals
  const places = new Places(definitions, () => {
    throw larkError('too-large', 'Too much may begin beside lazy rules', text, first.ending!.at.position)
  })
  for (const place of places.all()) {
    const lazy = new Set([...place].flatMap((node) => lazyDefinition(node, definitions) ?? []))
    if (lazy.size > 0 && place.size > 1) for (const node of place) addRivals(node, lazy)
  }
  return rivals

  function addRivals(node: LarkNode, lazy: ReadonlySet<LarkDefinition>): void {
    const own = lazyDefinition(node, definitions)
    const known = rivals.get(node) ?? []
    const others = [...lazy].filter((one) => one !== own && !known.includes(one))
    if (others.length > 0) rivals.set(node, [...known, ...others])
  }
}

export function lazyDefinition(node: LarkNode, definitions: Definitions): LarkDefinition | undefined {
  const definition = node.kind === 'name' ? definitions.get(node.name) : undefined
  return definition?.ending === undefined ? undefined : definition
}

/** What may begin at each place of the rules. What is given to a template is not followed. */
class Places {
  readonly #definitions: Definitions
  readonly #empty = new Set<string>()
  readonly #first = new Map<string, Beginnings>()
  readonly #giveUp: () => never
  #gathered = 0

  constructor(definitions: Definitions, giveUp: () => never) {
    this.#definitions = definitions
    this.#giveUp = giveUp
    for (let before = -1; before < this.#size();) {
      before = this.#size()
      for (const [name, { body }] of this.#rules()) {
        if (this.#mayBeEmpty(body)) this.#empty.add(name)
        this.#first.set(name, this.#beginnings(body))
      }
    }
  }

  *all(): Generator<Beginnings> {
    for (const [, { body }] of this.#rules()) yield* this.#within(body)
  }

  #rules(): [string, LarkDefinition][] {
    return [...this.#definitions].filter(([, { isTerminal, ending }]) => !isTerminal && ending === undefined)
  }

  #size(): number {
    return [...this.#first.values()].reduce((sum, { size }) => sum + size, this.#empty.size)
  }

  *#within(node: LarkNode): Generator<Beginnings> {
    const items = node.kind === 'sequence' ? node.items : [node]
    for (const [index, item] of items.entries()) {
      yield this.#beginningsFrom(items, index)
      if (item.kind === 'repeat') {
        // After a round comes another, or what follows.
        if (item.maximum > 1)
          yield this.#union([this.#beginnings(item.item), this.#beginningsFrom(items, index + 1)])
        yield* this.#within(item.item)
      }
      if (item.kind === 'choice') for (const option of item.options) yield* this.#within(option)
      if (item.kind === 'sequence') yield* this.#within(item)
    }
  }

  #beginnings(node: LarkNode): Beginnings {
    switch (node.kind) {
      case 'terminal':
      case 'all':
      case 'not':
        return new Set([node])
      case 'name':
        return this.#isRule(node) ? (this.#first.get(node.name) ?? none) : new Set([node])
      case 'sequence':
        return this.#beginningsFrom(node.items, 0)
      case 'choice':
        return this.#union(node.options.map((option) => this.#beginnings(option)))
      case 'repeat':
        return this.#beginnings(node.item)
      case 'schema':
      case 'token':
        return none
    }
  }

  /** Of what is left of a sequence. */
  #beginningsFrom(items: readonly LarkNode[], from: number): Beginnings {
    let to = from
    while (to < items.length && this.#mayBeEmpty(items[to]!)) to++
    const reached = items.slice(from, to + 1)
    return this.#union(reached.map((item) => this.#beginnings(item)))
  }

  #union(sets: readonly Beginnings[]): Beginnings {
    this.#gathered += sets.reduce((sum, { size }) => sum + size + 1, 0)
    if (this.#gathered > mostGathered) this.#giveUp()
    return sets.length === 1 ? sets[0]! : new Set(sets.flatMap((set) => [...set]))
  }

  #mayBeEmpty(node: LarkNode): boolean {
    switch (node.kind) {
      case 'name':
        return this.#empty.has(node.name)
      case 'sequence':
        return node.items.every((item) => this.#mayBeEmpty(item))
      case 'choice':
        return node.options.some((option) => this.#mayBeEmpty(option))
      case 'repeat':
        return node.minimum === 0 || this.#mayBeEmpty(node.item)
      default:
        return false
    }
  }

  #isRule({ name }: LarkName): boolean {
    const definition = this.#definitions.get(name)
    return definition === undefined || (!definition.isTerminal && definition.ending === undefined)
  }
}
