import { LlamaError } from '../contract/error.ts'
import type { CanvasChange, DiffuseResult, PlacedToken } from '../contract/diffusing.ts'
import type { CanvasReader } from './canvas-reader.ts'
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
    this.#blocks = planBlocks({ ...settings, canvas, mayRevise: settings.remask > 0 })
    this.#steps = this.#blocks.reduce((sum, { steps }) => sum + steps, 0) + this.#polishingSteps
  }

  /** @throws LlamaError cancelled, invalid-sampling, native-error */
  async run(): Promise<Omit<DiffuseResult, 'reproducible'>> {
    const { settings } = this.#input
    for (const block of this.#blocks) await this.#fill(block)
    if (this.#holes.length > 0) for (let round = 0; round < settings.polish; round++) await this.#polish()
    const asked = Math.max(settings.steps, this.#blocks.length)
    return {
      canvas: this.#canvas.map((token) => token!),
      probabilities: this.#probabilities,
      steps: this.#step,
      capped: this.#blocks.reduce((sum, { steps }) => sum + steps, 0) < asked,
    }
  }

  get #polishingSteps(): number {
    const { polish } = this.#input.settings
    return polish * (1 + Math.min(polishSteps, this.#worstCount))
  }

  get #worstCount(): number {
    return Math.ceil(polishedShare * this.#holes.length)
  }

  async #fill(block: Block, settings: ResolvedDiffusion = this.#input.settings): Promise<void> {
    for (let done = 0; done < block.steps; done++) {
      const holes = this.#holesOf(block)
      if (holes.length === 0) return
      this.#step++
      const count = countToFill(block, settings.schedule, { done, left: holes.length })
      const set = await this.#fillSome(holes, count, settings, done + 1 === block.steps)
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
    isLast: boolean,
  ): Promise<PlacedToken[]> {
    const inTurn = settings.order === 'left' && settings.end !== 'last' && settings.threshold >= 1
    // What is not to be filled yet need not be guessed.
    const asked = inTurn ? holes.slice(0, count) : holes
    const guesses = new Map<number, Guess>()
    const { reader } = this.#input
    await reader.read(
      this.#canvas,
      asked,
      (row, index) => guesses.set(asked[index]!, this.#guess(row, asked[index]!, settings)),
      this.#step,
    )
    this.#checkCancelled()
    const sure = Math.log(settings.threshold)
    const chosen = asked.toSorted((a, b) => guesses.get(b)!.score - guesses.get(a)!.score)
    const certain = settings.threshold < 1 ? asked.filter((place) => guesses.get(place)!.logprob > sure) : []
    const taken = isLast ? asked : this.#choose(chosen, certain, settings.threshold < 1 ? 1 : count)
    return taken.map((place) => this.#set(place, guesses.get(place)!))
  }

  /** The best, and whatever is certain. */
  #choose(chosen: readonly number[], certain: readonly number[], count: number): number[] {
    return [...new Set([...chosen.slice(0, count), ...certain])].toSorted((a, b) => a - b)
  }

  #set(place: number, { token, logprob }: Guess): PlacedToken {
    const probability = Math.exp(logprob)
    this.#canvas[place] = token
    this.#probabilities[place] = probability
    return { place, token, probability }
  }

  #guess(row: Float32Array, place: number, settings: ResolvedDiffusion): Guess {
    const { seed, forbidden, ends } = this.#input
    for (const { token, bias } of settings.logitBias) row[token] = row[token]! + bias
    for (const token of forbidden) row[token] = -Infinity
    if (settings.end === 'never') for (const token of ends) row[token] = -Infinity
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
    const filled = this.#holes.filter(
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
    const chances = await ownChances(this.#input.reader, this.#canvas, this.#holes)
    this.#checkCancelled()
    this.#step++
    const worst = this.#holes.toSorted((a, b) => chances.get(a)! - chances.get(b)!).slice(0, this.#worstCount)
    this.#report([], this.#clear(worst))
    const whole = { start: 0, end: this.#canvas.length, holes: worst.length }
    const steps = Math.min(polishSteps, worst.length)
    const likeliest = { ...this.#input.settings, temperature: 0, remask: 0, threshold: 1 }
    await this.#fill({ ...whole, steps }, likeliest)
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
