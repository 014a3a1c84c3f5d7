import { deadState, type Automaton } from '../automaton/automaton.ts'
import { longestEnding, type Endings } from '../automaton/endings.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { endWithoutRepeating } from '../memory/end-place.ts'
import type { Remembering, State } from '../memory/remembering.ts'
import { unfinishedLabel, type Trie } from '../vocabulary/trie.ts'
import type { TokenSteps } from '../tokens/token-steps.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'
import { searchEnding } from './search-ending.ts'
import { createSpelling, spellEnding, type Spelling } from './spell-ending.ts'

/** What a finisher asks of the constraint it finishes. */
export interface Finishable {
  readonly automaton: Automaton
  readonly vocabulary: Vocabulary
  readonly endings: Endings
  /** Where the grammar names tokens. */
  readonly named: TokenSteps | undefined
  readonly remembering: Remembering | undefined
  /** All tokens that may follow a state, end tokens apart. */
  tokensAfter(state: State): Iterable<number>
  /** State after a token, dead if it may not follow. */
  after(state: State, token: number): State
}

/** Counts of tokens remembered before all are counted anew. */
const maximumCounts = 50_000
/** Nodes of the vocabulary's trie looked at for one mask. */
const maximumNodes = 2_000_000

/** Ways out of the states of a constraint, in tokens: as few as spell the shortest text, none of them to be avoided. */
export class Finisher {
  readonly #constraint: Finishable
  readonly #avoided: ReadonlySet<number>
  readonly #spelling: Spelling
  readonly #longestToken: number
  readonly #counts = new Map<number, number>()

  constructor(constraint: Finishable, avoided: ReadonlySet<number>) {
    this.#constraint = constraint
    this.#avoided = avoided
    this.#spelling = createSpelling(constraint.vocabulary, (token) => avoided.has(token), constraint.named)
    this.#longestToken = longestOf(constraint.vocabulary)
  }

  /** The tokens of a way out; `undefined` where none was found. */
  tokensToEnd(state: State): number[] | undefined {
    const { automaton, endings } = this.#constraint
    if (typeof state === 'number' && automaton.canEnd(state)) return []
    const remembered = this.#endRemembered(state)
    if (remembered !== undefined || typeof state !== 'number') return remembered
    if (endings.bytesToEnd(state) > longestEnding) return undefined
    const spelled = spellEnding(endings.ending(state), this.#spelling)
    return spelled !== undefined && this.#leadsOut(spelled, state)
      ? spelled
      : searchEnding(this.#constraint, state, this.#avoided)
  }

  /** Where what is written is remembered: a way out that repeats nothing. */
  #endRemembered(state: State): number[] | undefined {
    const { remembering } = this.#constraint
    const ending = remembering && endWithoutRepeating(state, this.#constraint, remembering)
    return ending && spellEnding(ending, this.#spelling)
  }

  /** A token that ends the text is a way out at its end only, and what is repeated is none. */
  #leadsOut(tokens: readonly number[], start: number): boolean {
    const { named, automaton, remembering } = this.#constraint
    if (named === undefined && remembering === undefined) return true
    const end = tokens.reduce<State>((state, token) => this.#constraint.after(state, token), start)
    return typeof end === 'number' && automaton.canEnd(end)
  }

  /** How many tokens a way out takes, for very long ones at least; Infinity where none was found. */
  countToEnd(state: State): number {
    if (typeof state !== 'number') return this.tokensToEnd(state)?.length ?? Infinity
    const known = this.#counts.get(state)
    if (known !== undefined) return known
    const bytes = this.#constraint.endings.bytesToEnd(state)
    const isLong = bytes !== Infinity && bytes > longestEnding
    const count = isLong
      ? Math.ceil(bytes / this.#longestToken)
      : (this.tokensToEnd(state)?.length ?? Infinity)
    if (this.#counts.size >= maximumCounts) this.#counts.clear()
    this.#counts.set(state, count)
    return count
  }

  endsWithin(state: State, left: number): boolean {
    if (typeof state !== 'number') return this.countToEnd(state) <= left
    if (this.#constraint.automaton.canEnd(state)) return left >= 0
    const bytes = this.#constraint.endings.bytesToEnd(state)
    const { named, remembering } = this.#constraint
    const isSpelled = this.#spelling.hasEveryByte && named === undefined && remembering === undefined
    if (bytes <= left && isSpelled) return true
    if (bytes > left * this.#longestToken) return false
    return this.countToEnd(state) <= left
  }

  /**
   * Tokens after which the text can be ended in `left` more, end tokens apart. Where something is remembered only the way out
   * that is known anyway is in time.
   */
  tokensInTime(state: State, left: number): number[] {
    const { automaton, vocabulary } = this.#constraint
    if (typeof state !== 'number') return []
    if (automaton.unfinishedParts(state) !== undefined) return this.#tryEach(state, left)
    const found: number[] = []
    try {
      this.#walk(vocabulary.trie, state, left, found)
    } catch (error) {
      // What is too ambiguous to be looked at whole can still be ended the one way that is known.
      if (!(error instanceof ConstraintError)) throw error
      return []
    }
    const named = this.#constraint.named?.tokensWhere(state, (next) => this.endsWithin(next, left)) ?? []
    return [...this.#withoutRepetitions(found, state, left), ...named]
  }

  /** Without the tokens that take longer, or forever, as they begin what must not be repeated. */
  #withoutRepetitions(tokens: number[], state: number, left: number): number[] {
    const { remembering, vocabulary } = this.#constraint
    if (remembering === undefined) return tokens
    return tokens.filter((token) => {
      const bytes = vocabulary.tokens[token]!
      if (!bytes.includes(0x5b) && !bytes.includes(0x7b)) return true
      const next = this.#constraint.after(state, token)
      return next !== deadState && this.endsWithin(next, left)
    })
  }

  #tryEach(state: number, left: number): number[] {
    return [...this.#constraint.tokensAfter(state)].filter((token) => {
      const next = this.#constraint.after(state, token)
      return next !== deadState && this.endsWithin(next, left)
    })
  }

  /** The trie in pre-order, as masks are computed; what no text can become is skipped. */
  #walk(trie: Trie, start: number, left: number, found: number[]): void {
    const { automaton } = this.#constraint
    const { label, end, depth, firstToken, tokens } = trie
    const fits = new Map<number, boolean>()
    const states = [start]
    const inTime = (state: number): boolean => {
      const known = fits.get(state)
      if (known !== undefined) return known
      const result = this.endsWithin(state, left)
      fits.set(state, result)
      return result
    }
    const take = (node: number) => {
      for (let index = firstToken[node]!; index < firstToken[node + 1]!; index++) found.push(tokens[index]!)
    }
    for (let node = 1, visited = 0; node < label.length && visited < maximumNodes; visited++) {
      const state = states[depth[node]! - 1]!
      if (label[node]! >= unfinishedLabel) {
        for (let index = firstToken[node]!; index < firstToken[node + 1]!; index++) {
          const next = this.#constraint.after(start, tokens[index]!)
          if (next !== deadState && this.endsWithin(next, left)) found.push(tokens[index]!)
        }
        node = end[node]!
        continue
      }
      const target = automaton.stepCharacter(state, label[node]!)
      if (target === deadState) {
        node = end[node]!
        continue
      }
      if (firstToken[node]! < firstToken[node + 1]! && inTime(target)) take(node)
      states[depth[node]!] = target
      node++
    }
  }
}

function longestOf({ ends }: Vocabulary): number {
  // A token that is named counts as the three bytes of its symbol.
  let longest = 3
  for (let token = 0; token < ends.length; token++)
    longest = Math.max(longest, ends[token]! - (ends[token - 1] ?? 0))
  return longest
}
