/** When `from` gives way: after so many tokens, or after a fraction of the most that may be written. */
export type When = { step: number } | { fraction: number }

/** A prompt whose text depends on the step. */
export type ScheduleNode =
  | { kind: 'text'; text: string }
  /** `[from:to:when]`: `from` while step ≤ when. */
  | { kind: 'switch'; from: ScheduleNode[]; to: ScheduleNode[]; when: When }
  /** `[a|b|c]`: a different one each step, in turn. */
  | { kind: 'cycle'; options: ScheduleNode[][] }

export interface ParsedSchedule {
  nodes: ScheduleNode[]
  /** Where the brackets, colons, bars and numbers of schedules stand, in order. */
  syntax: Range[]
  /** Where each `[from:to:when]` stands. */
  switches: PlacedSwitch[]
  /** Something that looks like a schedule and is text, as the whole prompt is. */
  missed?: Range
}

export interface PlacedSwitch extends Range {
  node: ScheduleNode & { kind: 'switch' }
}

/** A part of a text: `from` is in it, `to` is not. */
export interface Range {
  from: number
  to: number
}

/** Deeper nesting is not written by people; the parser calls itself once per level. */
const deepest = 64

const plain = /(?:[^\\[\]():|]|\\.)+/y
/** The end of a schedule: `: 0.5 ]`. */
const ending = /:\s*(?<when>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*\]/y

/**
 * Reads `[from:to:when]`, `[to:when]`, `[from::when]` and `[a|b]` as AUTOMATIC1111's grammar does, nested ones too.
 * All other brackets stay in the text, for the attention parser. Never throws: a prompt that the grammar does not
 * accept (a “|” outside brackets, a lone backslash at the end) is literal text.
 */
export function parseSchedule(text: string): ParsedSchedule {
  const parser = new ScheduleParser(text)
  const nodes = parser.parse()
  if (nodes !== undefined)
    return {
      nodes: joinTexts(nodes),
      syntax: parser.syntax.toSorted((a, b) => a.from - b.from),
      switches: parser.switches,
    }
  const literal: ParsedSchedule = { nodes: [{ kind: 'text', text }], syntax: [], switches: [] }
  for (const { 0: whole, 1: inside = '', index } of text.matchAll(/\[([^\][]*)\]/g)) {
    if (looksScheduled.test(inside)) return { ...literal, missed: { from: index, to: index + whole.length } }
  }
  return literal
}

/** The inside of a pair of brackets that may have been meant as a schedule. */
const looksScheduled = /\||:\s*[\d.]+\s*$/

class ScheduleParser {
  readonly syntax: Range[] = []
  readonly switches: PlacedSwitch[] = []
  readonly #text: string
  #at = 0
  /** Positions of “[” and “(” that begin no group: without this, unclosed brackets would be tried again and again. */
  readonly #noGroup = new Set<number>()

  constructor(text: string) {
    this.#text = text
  }

  /** The whole text, undefined where the grammar does not accept it. */
  parse(): ScheduleNode[] | undefined {
    const nodes: ScheduleNode[] = []
    for (;;) {
      nodes.push(...this.#prompt(0))
      const char = this.#text.charAt(this.#at)
      if (char === '') return nodes
      if (!'[]():'.includes(char)) return undefined
      nodes.push({ kind: 'text', text: char })
      this.#at++
    }
  }

  #prompt(depth: number): ScheduleNode[] {
    const nodes: ScheduleNode[] = []
    for (;;) {
      const group = this.#plain() ?? this.#group(depth)
      if (group === undefined) return nodes
      nodes.push(...group)
    }
  }

  #plain(): ScheduleNode[] | undefined {
    const match = this.#match(plain)
    return match === undefined ? undefined : [{ kind: 'text', text: match[0] }]
  }

  #group(depth: number): ScheduleNode[] | undefined {
    const start = this.#at
    const opener = this.#text.charAt(start)
    if ((opener !== '[' && opener !== '(') || depth >= deepest || this.#noGroup.has(start)) return undefined
    const known = [this.syntax.length, this.switches.length] as const
    this.#at++
    const group = opener === '(' ? this.#round(depth + 1) : this.#square(depth + 1)
    if (group === undefined) {
      this.#noGroup.add(start)
      this.syntax.length = known[0]
      this.switches.length = known[1]
      this.#at = start
    }
    return group
  }

  /** `(a)` and `(a:b)` mean nothing here, but what is inside them may. */
  #round(depth: number): ScheduleNode[] | undefined {
    const nodes = [bracket('('), ...this.#prompt(depth)]
    if (this.#take(':')) nodes.push(bracket(':'), ...this.#prompt(depth))
    return this.#take(')') ? [...nodes, bracket(')')] : undefined
  }

  #square(depth: number): ScheduleNode[] | undefined {
    const opener = { from: this.#at - 1, to: this.#at }
    const first = this.#prompt(depth)
    if (this.#take(']')) return [bracket('['), ...first, bracket(']')]
    this.syntax.push(opener)
    if (this.#text.charAt(this.#at) === '|') return this.#cycle(first, depth)
    const node = this.#switch(first, depth)
    if (node === undefined) return undefined
    this.switches.push({ from: opener.from, to: this.#at, node })
    return [node]
  }

  #cycle(first: ScheduleNode[], depth: number): ScheduleNode[] | undefined {
    const options = [first]
    while (this.#take('|')) {
      this.#note(1)
      options.push(this.#prompt(depth))
    }
    if (!this.#take(']')) return undefined
    this.#note(1)
    return [{ kind: 'cycle', options: options.map(joinTexts) }]
  }

  #switch(first: ScheduleNode[], depth: number): PlacedSwitch['node'] | undefined {
    const appearing = this.#ending()
    if (appearing !== undefined) return switchAt([], first, appearing)
    if (!this.#take(':')) return undefined
    this.#note(1)
    const to = this.#prompt(depth)
    const match = this.#ending()
    return match === undefined ? undefined : switchAt(first, to, match)
  }

  #ending(): RegExpExecArray | undefined {
    const match = this.#match(ending)
    if (match !== undefined) this.#note(match[0].length)
    return match
  }

  /** What was just read is syntax. */
  #note(length: number): void {
    this.syntax.push({ from: this.#at - length, to: this.#at })
  }

  #take(char: string): boolean {
    const found = this.#text.charAt(this.#at) === char
    if (found) this.#at++
    return found
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match
  }
}

function bracket(text: string): ScheduleNode {
  return { kind: 'text', text }
}

function switchAt(from: ScheduleNode[], to: ScheduleNode[], match: RegExpExecArray): PlacedSwitch['node'] {
  const number = match.groups?.['when'] ?? ''
  const when = number.includes('.') ? { fraction: Number(number) } : { step: Math.trunc(Number(number)) }
  return { kind: 'switch', from: joinTexts(from), to: joinTexts(to), when }
}

function joinTexts(nodes: readonly ScheduleNode[]): ScheduleNode[] {
  const joined: ScheduleNode[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + node.text }
    else joined.push(node)
  }
  return joined
}
