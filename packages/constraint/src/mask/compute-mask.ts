import { deadState, type Automaton } from '../automaton/automaton.ts'
import { manyToSplit } from '../vocabulary/class-splits.ts'
import type { ClassSplit, Suffixes } from '../vocabulary/class-split.ts'
import { holds } from '../vocabulary/label-kinds.ts'
import { childrenAt, removeBelow, tokensBelow, unfinishedLabel, type Trie } from '../vocabulary/trie.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'
import { differencesOf, findLikeness, type Likeness } from './find-likeness.ts'
import { noRun, SafeRuns } from './safe-runs.ts'
import { indexOf } from '../vocabulary/sorted-labels.ts'
import { StateShapes, type ClassGroup, type MainGroup, type StateShape } from './state-shapes.ts'

/** The tokens that may follow a state, end tokens apart: a short list, or one bit each. */
export type Mask =
  | { readonly kind: 'list'; readonly tokens: Int32Array; readonly count: number }
  | { readonly kind: 'bits'; readonly bits: Uint32Array; readonly count: number }

/** Longer lists are kept as bits; at this length a list takes a quarter of the space for 128,000 tokens. */
const longestList = 1_024
/** Adding more tokens than this one by one takes longer than a union of bits. */
const longList = 4_096
/** Subtrees with fewer tokens are walked flat: cheaper than asking what groups they hold. */
const smallSubtree = 128
/** Share of tokens that go on outside a class from which on a split does not pay. */
const muchOutside = 0.25
/** States that differ in more characters than this, after the first, are not amended letter by letter. */
const fewDifferences = 12
/** Subtrees with fewer tokens are walked sooner than it is found what may be written there for long. */
const manyTokens = 2_048
/** Runs that are shorter leave too much to walk. */
const shortestRun = 4
/** A class of characters is grouped if this share of the vocabulary begins with it. */
const worthwhileShare = 1 / 128

/** Computes which tokens may follow a state by walking the token trie and the automaton together. */
export class MaskComputer {
  readonly #automaton: Automaton
  readonly #vocabulary: Vocabulary
  readonly #shapes: StateShapes
  readonly #runs: SafeRuns
  readonly #found: Int32Array
  readonly #maskOf: (state: number) => Mask
  #foundCount = 0
  #unions: { bits: Uint32Array; count: number }[] = []
  readonly #pathStates: number[] = []
  readonly #pathRows: Int32Array[] = []
  readonly #pathRuns: number[] = []

  /** @param maskOf a mask that is perhaps known: of a state that the one asked for is like */
  constructor(automaton: Automaton, vocabulary: Vocabulary, maskOf: (state: number) => Mask) {
    this.#maskOf = maskOf
    this.#automaton = automaton
    this.#vocabulary = vocabulary
    const worthwhile = Math.max(64, Math.floor(vocabulary.size * worthwhileShare))
    this.#shapes = new StateShapes(automaton, vocabulary, worthwhile)
    this.#runs = new SafeRuns(automaton, vocabulary)
    this.#found = vocabulary.found
  }

  compute(state: number): Mask {
    const isInside = this.#automaton.unfinishedParts(state) !== undefined
    const alike = isInside ? state : this.#automaton.alike(state, this.#vocabulary.longestToken)
    if (alike !== state) return this.#maskOf(alike)
    const like = isInside ? undefined : findLikeness(this.#automaton, this.#shapes, state)
    const mask = like && this.#maskOf(like.state)
    this.#foundCount = 0
    this.#unions = []
    if (like !== undefined && mask?.kind === 'bits') return this.#computeFrom(mask, state, like)
    return this.#computeWhole(state)
  }

  /** From the mask of a state that this one is like. */
  #computeFrom(mask: Mask & { kind: 'bits' }, state: number, like: Likeness): Mask {
    const bits = mask.bits.slice()
    const removed = this.#amend(bits, 0, state, like.state, like.points)
    const own = this.#finish()
    if (own.kind === 'bits') for (let word = 0; word < bits.length; word++) bits[word]! |= own.bits[word]!
    else for (const token of own.tokens) bits[token >>> 5]! |= 1 << (token & 31)
    return { kind: 'bits', bits, count: mask.count - removed + own.count }
  }

  /**
   * Takes the tokens below a node out of a mask that a state and one like it do not read alike, and marks what may follow
   * the state of them. The state it is like stays itself up to the node.
   * @param points characters that the two do not read alike
   * @returns how many were taken out
   */
  #amend(bits: Uint32Array, node: number, state: number, like: number, points: readonly number[]): number {
    const automaton = this.#automaton
    const { trie } = this.#vocabulary
    let removed = 0
    for (const child of childrenAt(trie, node, points)) {
      const point = trie.label[child]!
      const target = automaton.stepCharacter(state, point)
      const staysLike = target !== deadState && automaton.stepCharacter(like, point) === like
      if (staysLike && trie.end[child] === child + 1) continue
      const further = staysLike
        ? differencesOf(automaton, this.#shapes, target, like, fewDifferences)
        : undefined
      if (further !== undefined) {
        removed += this.#amend(bits, child, target, like, further)
        continue
      }
      removed += removeBelow(bits, trie, child)
      this.#visit(trie, child, state)
    }
    return removed
  }

  #computeWhole(state: number): Mask {
    const unfinished = this.#automaton.unfinishedParts(state)
    if (unfinished !== undefined) this.#collectContinuing(state)
    else if (!this.#automaton.isFinal(state)) this.#collect(this.#vocabulary.trie, 0, state)
    return this.#finish()
  }

  #finish(): Mask {
    const list = this.#found.subarray(0, this.#foundCount)
    if (this.#unions.length === 0 && list.length <= longestList) {
      return { kind: 'list', tokens: list.slice(), count: list.length }
    }
    const [first, ...others] = this.#unions
    const bits =
      first === undefined ? new Uint32Array((this.#vocabulary.size + 31) >>> 5) : first.bits.slice()
    for (const { bits: more } of others)
      for (let word = 0; word < bits.length; word++) bits[word]! |= more[word]!
    for (let index = 0; index < list.length; index++) bits[list[index]! >>> 5]! |= 1 << (list[index]! & 31)
    return { kind: 'bits', bits, count: this.#unions.reduce((sum, { count }) => sum + count, list.length) }
  }

  /** Tokens that begin inside the character that the text so far leaves unfinished. */
  #collectContinuing(state: number): void {
    for (const { bytes, trie } of this.#vocabulary.continuing) {
      let next = state
      for (const byte of bytes) {
        if (next !== deadState) next = this.#automaton.stepByte(next, byte)
      }
      if (next === deadState) continue
      this.#markAt(trie, 0)
      if (trie.label.length > 1 && this.#automaton.unfinishedParts(next) === undefined)
        this.#collect(trie, 0, next)
    }
  }

  /** Marks the tokens strictly below a node that may follow a state. */
  #collect(trie: Trie, node: number, state: number): void {
    if (tokensBelow(trie, node) < smallSubtree) {
      this.#walk(trie, node, state)
      return
    }
    const shape = this.#shapes.of(state)
    const canSplit = trie === this.#vocabulary.trie && shape.points === undefined
    if (canSplit && shape.main !== undefined) {
      const isMost = shape.main.others <= muchOutside
      if (isMost && this.#collectByClass(node, state, shape, shape.main)) return
      if (this.#collectRun(node, state)) return
    }
    this.#collectChildren(trie, node, state, shape)
  }

  /** Marks what lies below a node by what may be written for long whatever it is; false where that is little. */
  #collectRun(node: number, state: number): boolean {
    const { trie } = this.#vocabulary
    if (tokensBelow(trie, node) < manyTokens) return false
    const run = this.#runs.of(state)
    if (run.length < shortestRun) return false
    this.#walk(trie, node, state, run)
    return true
  }

  /** Marks what lies below a node by a split, if one is likely to pay; false if not. */
  #collectByClass(node: number, state: number, shape: StateShape, { group, target }: MainGroup): boolean {
    const { trie, splits } = this.#vocabulary
    // A class that the next state keeps is the inside of something; others change from state to state.
    const lasting = this.#shapes.of(target).main?.group === group
    const cheap = shape.pointsOutside !== undefined && tokensBelow(trie, node) < manyToSplit
    const split = splits.find(node, group.number, group.contains, lasting && cheap)
    const steps = split === undefined ? undefined : this.#followGroup(state, group, split.longestRun)
    if (split === undefined || steps === undefined) return false
    const last = steps[steps.length - 1]!
    const loops = steps.length > 1 && last === steps[steps.length - 2]
    // A short run into something wide, such as the digits of an escape, is better followed child by child.
    if (!loops && steps.length <= split.longestRun && this.#shapes.of(last).points === undefined) return false
    const leavesMuch = this.#leavesMuch(split, steps[1] ?? state, tokensBelow(trie, node))
    if (!leavesMuch) this.#collectSplit(node, group, split, steps)
    else if (!this.#collectRun(node, state)) this.#walk(trie, node, state)
    return true
  }

  /** Whether so many of the tokens go on outside the class, where they may, that they are better walked. */
  #leavesMuch(split: ClassSplit, state: number, tokens: number): boolean {
    if (this.#shapes.of(state).points !== undefined) return false
    const { labels, counts } = split.suffixesFrom(1)
    let count = 0
    for (let index = 0; index < labels.length; index++)
      if (this.#mayFollow(state, labels[index]!) !== deadState) count += counts[index]!
    return count > tokens * muchOutside
  }

  /**
   * States after 0, 1, 2, … characters of a group, up to where it dies or loops (then the last is repeated once);
   * `undefined` where characters of the group begin to differ.
   */
  #followGroup(state: number, group: ClassGroup, longest: number): number[] | undefined {
    const steps = [state]
    while (steps.length <= longest) {
      const here = steps[steps.length - 1]!
      const next = this.#shapes.targetOf(here, group)
      if (next === undefined) return undefined
      if (next === deadState) return steps
      steps.push(next)
      if (next === here) return steps
    }
    return steps
  }

  #collectSplit(node: number, group: ClassGroup, split: ClassSplit, steps: readonly number[]): void {
    const loops = steps.length > 1 && steps[steps.length - 1] === steps[steps.length - 2]
    const whole = loops ? split.longestRun : steps.length - 1
    this.#addWhole(split, whole)
    this.#collectOutside(node, group, steps[0]!)
    const last = loops ? steps.length - 2 : steps.length - 1
    for (let run = 1; run <= last && run <= split.longestRun; run++) {
      const endless = loops && run === last
      this.#collectSuffixes(endless ? split.suffixesFrom(run) : split.suffixesAt(run), group, steps[run]!)
    }
    if (loops && last === 0) this.#collectSuffixes(split.suffixesFrom(1), group, steps[0]!)
  }

  #addWhole(split: ClassSplit, length: number): void {
    const tokens = split.wholeUpTo(length)
    if (tokens.length > longList) {
      this.#unions.push({ bits: split.bitsUpTo(length), count: tokens.length })
    } else {
      this.#found.set(tokens, this.#foundCount)
      this.#foundCount += tokens.length
    }
  }

  /** Children of a node whose label is not in the group. */
  #collectOutside(node: number, group: ClassGroup, state: number): void {
    const { trie } = this.#vocabulary
    const shape = this.#shapes.of(state)
    const points = pointsBeyond(shape, group)
    if (points !== undefined && trie.wide.has(node)) {
      this.#collectChildren(trie, node, state, { points, beyondAscii: shape.beyondAscii })
      return
    }
    for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!) {
      const label = trie.label[child]!
      if (label >= unfinishedLabel || !group.contains(label)) this.#visit(trie, child, state)
    }
  }

  #collectSuffixes({ labels, after }: Suffixes, group: ClassGroup, state: number): void {
    if (labels.length === 0) return
    const shape = this.#shapes.of(state)
    const points = pointsBeyond(shape, group)
    const follow = (label: number) => {
      const target = this.#mayFollow(state, label)
      if (target === deadState) return
      const { trie, nodes } = after(label)
      for (const branch of nodes) {
        this.#markAt(trie, branch)
        if (trie.end[branch]! > branch + 1) this.#collect(trie, branch, target)
      }
    }
    if (points === undefined || labels.length <= points.length) {
      labels.forEach(follow)
      return
    }
    points.forEach(follow)
    if (!shape.beyondAscii) return
    for (let index = labels.length - 1; index >= 0 && labels[index]! >= unfinishedLabel; index--)
      follow(labels[index]!)
  }

  /** State after a label, dead if it may not follow; for an unfinished character, any other state. */
  #mayFollow(state: number, label: number): number {
    if (label < unfinishedLabel) return this.#automaton.stepCharacter(state, label)
    return this.#automaton.allowsAny(state, this.#vocabulary.unfinished[label - unfinishedLabel]!)
      ? state
      : deadState
  }

  /** @param shape the only characters to try, if they are few, and whether unfinished ones need trying */
  #collectChildren(
    trie: Trie,
    node: number,
    state: number,
    { points, beyondAscii }: Pick<StateShape, 'points' | 'beyondAscii'>,
  ): void {
    const wide = trie.wide.get(node)
    if (wide === undefined || points === undefined) {
      for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!)
        this.#visit(trie, child, state)
      return
    }
    const { labels, nodes } = wide
    for (const point of points) {
      const index = indexOf(labels, point)
      if (index >= 0) this.#visit(trie, nodes[index]!, state)
    }
    if (!beyondAscii) return
    for (let index = labels.length - 1; index >= 0 && labels[index]! >= unfinishedLabel; index--) {
      this.#visit(trie, nodes[index]!, state)
    }
  }

  #visit(trie: Trie, child: number, state: number): void {
    const target = this.#mayFollow(state, trie.label[child]!)
    if (target === deadState) return
    this.#markAt(trie, child)
    if (trie.end[child]! > child + 1) this.#collect(trie, child, target)
  }

  /**
   * The plain walk, in pre-order without recursion: dead subtrees are skipped. The hot loop of everything.
   * @param run what may follow the state in any order, which is marked without a look; of the main trie only. Where much
   * comes after it, that is collected in a way of its own
   */
  #walk(trie: Trie, node: number, state: number, run = noRun): void {
    const { label, end, depth, firstToken, tokens } = trie
    const automaton = this.#automaton
    const pathStates = this.#pathStates
    const pathRows = this.#pathRows
    const pathRuns = this.#pathRuns
    const found = this.#found
    const { plane } = automaton.partition
    const { low, high, height } = this.#vocabulary.kinds
    const otherLow = ~run.low
    const otherHigh = ~run.high
    const beyond: [node: number, state: number][] = []
    const stop = end[node]!
    const base = depth[node]! + 1
    let count = this.#foundCount
    pathStates[0] = state
    pathRows[0] = automaton.row(state)
    pathRuns[0] = run.length
    for (let here = node + 1; here < stop;) {
      const level = depth[here]! - base
      const point = label[here]!
      const next = end[here]!
      let target = deadState
      if (point < 0x10000) {
        const characterClass = plane[point]!
        if (characterClass >= 0) target = pathRows[level]![characterClass]!
      } else {
        target = this.#mayFollow(pathStates[level]!, point)
      }
      if (target === deadState) {
        here = next
        continue
      }
      let last = firstToken[here + 1]!
      let following = here + 1
      if (next > following) {
        let left = 0
        if (pathRuns[level]! > 0) {
          if (holds(run, point)) left = pathRuns[level]! - 1
          const isSafe =
            height[here]! <= left && (low[here]! & otherLow) === 0 && (high[here]! & otherHigh) === 0
          if (isSafe) last = firstToken[next]!
          const isOwn = left === 0 && firstToken[next]! - last >= manyTokens
          if (isOwn) beyond.push([here, target])
          if (isSafe || isOwn) following = next
        }
        if (following < next) {
          pathRuns[level + 1] = left
          pathRows[level + 1] = target === pathStates[level] ? pathRows[level]! : automaton.row(target)
          pathStates[level + 1] = target
        }
      }
      for (let index = firstToken[here]!; index < last; index++) found[count++] = tokens[index]!
      here = following
    }
    this.#foundCount = count
    for (const [below, target] of beyond) this.#collect(trie, below, target)
  }

  #markAt({ firstToken, tokens }: Trie, node: number): void {
    for (let index = firstToken[node]!; index < firstToken[node + 1]!; index++) {
      this.#found[this.#foundCount++] = tokens[index]!
    }
  }
}

function pointsBeyond(shape: StateShape, group: ClassGroup): Int32Array | undefined {
  return shape.main?.group === group ? shape.pointsOutside : shape.points
}
