import { LlamaError } from '../contract/error.ts'
import type { CanvasChange, DiffuseResult, PlacedToken } from '../contract/diffusing.ts'
import type { CanvasReader } from './canvas-reader.ts'
import type { ConstrainedSpan } from './constrained-span.ts'
import { guessToken, type Guess } from './guess-token.ts'
import { draws, noise } from './noise.ts'
import { ownChances } from './own-chances.ts'
import { countToFill, planBlocks, type Block } from './plan-steps.ts'
import type { ResolvedDiffusion } from './settings.ts'

export interface DenoiserInput {
  reader: CanvasReader
  canvas: readonly (number | null)[]
  settings: ResolvedDiffusion
  seed: number
  /** Tokens that are never set: the mask, and what the model's file forbids. */
  forbidden: readonly number[]
  /** Tokens that end a text. */
  ends: ReadonlySet<number>
  /** Holes that are filled from the left, as constraints allow. */
  spans: readonly ConstrainedSpan[]
  signal?: AbortSignal | undefined
  onStep?: ((change: CanvasChange) => void) | undefined
}

/** An end of the text waits until nothing else is left to choose. */
const endsLast = 1000
/** What polishing masks of the filled places, and the steps it fills them in. */
const polishedShare = 0.15
const polishSteps = 8
/** What is masked again is the least certain, with this much of chance. */
const remaskNoise = 0.3

/** Fills the holes of one canvas. */
export class Denoiser {
  readonly #input: DenoiserInput
  readonly #canvas: (number | null)[]
  readonly #holes: readonly number[]
  readonly #probabilities: (number | null)[]
  readonly #blocks: readonly Block[]
  readonly #steps: number
  #step = 0

  constructor(input: DenoiserInput) {
    const { canvas, settings } = input
    this.#input = input
    this.#canvas = [...canvas]
    this.#holes = canvas.flatMap((token, place) => (token === null ? [place] : []))
    this.#probabilities = canvas.map(() => null)
    const blocks = planBlocks({ ...settings, canvas, mayRevise: settings.remask > 0 })
    this.#blocks = blocks.map((block) => ({
      ...block,
      steps: Math.max(block.steps, this.#longestSpan(block)),
    }))
    this.#steps = this.#blocks.reduce((sum, { steps }) => sum + steps, 0) + this.#polishingSteps
  }

  /** @throws LlamaError cancelled, invalid-sampling, native-error */
  async run(): Promise<Omit<DiffuseResult, 'reproducible'>> {
    const { settings } = this.#input
    for (const block of this.#blocks) await this.#fill(block)
    if (this.#worstCount > 0) for (let round = 0; round < settings.polish; round++) await this.#polish()
    const asked = Math.max(settings.steps, this.#blocks.length)
    return {
      canvas: this.#canvas.map((token) => token!),
      probabilities: this.#probabilities,
      steps: this.#step,
      kept: settings.keepPrefix && this.#input.reader.canKeep(this.#canvas.length),
      capped: this.#blocks.reduce((sum, { steps }) => sum + steps, 0) < asked,
    }
  }

  /** A constrained hole takes a step for each of its places. */
  #longestSpan({ start, end }: Block): number {
    const within = this.#input.spans.map((span) => this.#holes.filter((place) => span.has(place)))
    return Math.max(0, ...within.map((places) => places.filter((one) => one >= start && one < end).length))
  }

  #spanOf(place: number): ConstrainedSpan | undefined {
    return this.#input.spans.find((span) => span.has(place))
  }

  get #polishingSteps(): number {
    const { polish } = this.#input.settings
    return polish * (1 + Math.min(polishSteps, this.#worstCount))
  }

  /** Holes that may be filled with anything, and filled again. */
  get #free(): readonly number[] {
    return this.#input.spans.length === 0 ? this.#holes : this.#holes.filter((place) => !this.#spanOf(place))
  }

  get #worstCount(): number {
    return Math.ceil(polishedShare * this.#free.length)
  }

  /** What stands before a block stays as its first step read it, where that is asked for. */
  async #fill(block: Block): Promise<void> {
    const { reader, settings } = this.#input
    const steps = (): Promise<void> => this.#takeSteps(block, settings)
    if (settings.keepPrefix) await reader.hold(this.#canvas.length, steps)
    else await steps()
  }

  async #takeSteps(block: Block, settings: ResolvedDiffusion): Promise<void> {
    for (let done = 0; done < block.steps; done++) {
      const holes = this.#holesOf(block)
      if (holes.length === 0) return
      this.#step++
      const count = countToFill(block, settings.schedule, { done, left: holes.length })
      const set = await this.#fillSome(holes, count, settings, {
        start: block.start,
        isFirst: done === 0,
        isLast: done + 1 === block.steps,
      })
      const cleared = this.#maskAgain(block, settings, done + 1)
      this.#report(set, cleared)
    }
  }

  #holesOf({ start, end }: Block): number[] {
    return this.#holes.filter((place) => place >= start && place < end && this.#canvas[place] === null)
  }

  async #fillSome(
    holes: readonly number[],
    count: number,
    settings: ResolvedDiffusion,
    { start, isFirst, isLast }: { start: number; isFirst: boolean; isLast: boolean },
  ): Promise<PlacedToken[]> {
    const inTurn = settings.order === 'left' && settings.end !== 'last' && settings.threshold >= 1
    // What is not to be filled yet need not be guessed.
    const [free, bound] = this.#divide(holes)
    const asked = [...(inTurn ? free.slice(0, count) : free), ...bound].toSorted((a, b) => a - b)
    const guesses = new Map<number, Guess>()
    const { reader } = this.#input
    await reader.read(
      this.#canvas,
      asked,
      (row, index) => guesses.set(asked[index]!, this.#guess(row, asked[index]!, settings)),
      { step: this.#step, keep: isFirst ? 0 : start },
    )
    this.#checkCancelled()
    const sure = Math.log(settings.threshold)
    const chosen = asked
      .filter((place) => !bound.includes(place))
      .toSorted((a, b) => guesses.get(b)!.score - guesses.get(a)!.score)
    const certain = settings.threshold < 1 ? asked.filter((place) => guesses.get(place)!.logprob > sure) : []
    const sureOf = [...certain, ...bound]
    const taken = isLast ? asked : this.#choose(chosen, sureOf, settings.threshold < 1 ? 1 : count)
    return taken.flatMap((place) => this.#set(place, guesses.get(place)!))
  }

  /** Holes that may be filled in any order, and the next one of each span. */
  #divide(holes: readonly number[]): [free: readonly number[], bound: readonly number[]] {
    const { spans } = this.#input
    if (spans.length === 0) return [holes, []]
    const next = new Set(spans.map((span) => span.next))
    return [holes.filter((place) => !this.#spanOf(place)), holes.filter((place) => next.has(place))]
  }

  /** The best, and whatever is certain. */
  #choose(chosen: readonly number[], certain: readonly number[], count: number): number[] {
    return [...new Set([...chosen.slice(0, count), ...certain])].toSorted((a, b) => a - b)
  }

  #set(place: number, { token, logprob }: Guess): PlacedToken[] {
    const rest = this.#spanOf(place)?.accept(token)
    const set = { place, token, probability: Math.exp(logprob) }
    const all = [
      set,
      ...(rest?.places ?? []).map((one) => ({ place: one, token: rest!.token, probability: 1 })),
    ]
    for (const one of all) {
      this.#canvas[one.place] = one.token
      this.#probabilities[one.place] = one.probability
    }
    return all
  }

  #guess(row: Float32Array, place: number, settings: ResolvedDiffusion): Guess {
    const { seed, forbidden, ends } = this.#input
    for (const { token, bias } of settings.logitBias) row[token] = row[token]! + bias
    for (const token of forbidden) row[token] = -Infinity
    const span = this.#spanOf(place)
    if (span) span.restrict(row)
    else if (settings.end === 'never') for (const token of ends) row[token] = -Infinity
    const guess = guessToken(row, settings, noise(seed, place, this.#step, draws.token))
    if (Number.isNaN(guess.logprob))
      throw new LlamaError('native-error', 'The model computes no numbers (NaN).')
    return { ...guess, score: this.#score(place, guess, settings) }
  }

  #score(place: number, { token, score }: Guess, { order, end }: ResolvedDiffusion): number {
    const waits = end === 'last' && this.#input.ends.has(token) ? endsLast : 0
    if (order === 'left') return -place - waits
    if (order === 'random') return noise(this.#input.seed, place, this.#step, draws.order) - waits
    return score - waits
  }

  /** Masks the least certain of what is filled again, fewer with each step, and none before the last. */
  #maskAgain(block: Block, { remask }: ResolvedDiffusion, done: number): number[] {
    if (remask === 0 || done >= block.steps - 1) return []
    const filled = this.#free.filter(
      (place) => place >= block.start && place < block.end && this.#canvas[place] !== null,
    )
    const count = Math.floor(remask * filled.length * (1 - done / block.steps))
    const certainty = (place: number): number =>
      this.#probabilities[place]! + remaskNoise * noise(this.#input.seed, place, this.#step, draws.remask)
    return this.#clear(filled.toSorted((a, b) => certainty(a) - certainty(b)).slice(0, count))
  }

  #clear(places: readonly number[]): number[] {
    for (const place of places) {
      this.#canvas[place] = null
      this.#probabilities[place] = null
    }
    return places.toSorted((a, b) => a - b)
  }

  /** Masks what is least likely where it stands, and fills it with what is likeliest. */
  async #polish(): Promise<void> {
    const chances = await ownChances(this.#input.reader, this.#canvas, this.#free)
    this.#checkCancelled()
    this.#step++
    const worst = this.#free.toSorted((a, b) => chances.get(a)! - chances.get(b)!).slice(0, this.#worstCount)
    this.#report([], this.#clear(worst))
    const whole = { start: 0, end: this.#canvas.length, holes: worst.length }
    const steps = Math.min(polishSteps, worst.length)
    const likeliest = { ...this.#input.settings, temperature: 0, remask: 0, threshold: 1 }
    await this.#takeSteps({ ...whole, steps }, likeliest)
  }

  #report(set: readonly PlacedToken[], cleared: readonly number[]): void {
    const kept = set.filter(({ place }) => this.#canvas[place] !== null)
    this.#input.onStep?.({ step: this.#step, steps: this.#steps, set: kept, cleared })
  }

  #checkCancelled(): void {
    const { signal } = this.#input
    if (signal?.aborted)
      throw new LlamaError('cancelled', 'The diffusion was cancelled.', { cause: signal.reason })
  }
}
