import type { Steering } from '../native/steering.ts'
import type { CanvasEngine } from './canvas-engine.ts'

/** A prompt in front of the canvas, and what it counts at each step, from 1. */
export interface CanvasPrompt {
  prompt: readonly number[]
  coefficient: (step: number) => number
  steering: Steering
}

export interface CanvasReaderInput {
  engine: CanvasEngine
  prompts: readonly CanvasPrompt[]
  /** The token that stands for a hole. */
  mask: number
  /** The row before a place predicts it, not the row of the place itself. */
  shifted: boolean
  signal?: AbortSignal | undefined
}

/** Asks a model what it would put into places of a canvas, behind one prompt or several. */
export class CanvasReader {
  readonly #input: CanvasReaderInput
  #isHeld = false

  constructor(input: CanvasReaderInput) {
    this.#input = input
  }

  /**
   * Work whose reads find what they keep: nothing else is read meanwhile. Where nothing can be kept, as without it.
   * @param places of the canvas
   */
  async hold(places: number, work: () => Promise<void>): Promise<void> {
    if (!this.canKeep(places)) return await work()
    await this.#input.engine.hold(this, async () => {
      this.#isHeld = true
      try {
        await work()
      } finally {
        this.#isHeld = false
      }
    })
  }

  /** Whether all prompts with a canvas of so many places fit in memory together, and there is one. */
  canKeep(places: number): boolean {
    const { engine, prompts } = this.#input
    const tokens = prompts.reduce((sum, { prompt }) => sum + prompt.length + places, 0)
    return engine.remembers && prompts.length <= engine.mostKept && tokens <= engine.contextSize
  }

  /**
   * @param places which rows are wanted, ascending
   * @param take gets the row of each place, in their order; it may write into it
   * @param step which step this is, where coefficients change
   * @param keep while it holds: so many places, and the prompt, are taken as they were read before
   */
  read(
    canvas: readonly (number | null)[],
    places: readonly number[],
    take: (row: Float32Array, index: number) => void,
    { step = 1, keep = 0 }: { step?: number; keep?: number } = {},
  ): Promise<void> {
    const { engine, prompts, mask, shifted, signal } = this.#input
    const isHeld = this.#isHeld
    const shown = canvas.map((token) => token ?? mask)
    const counted = prompts.map((one) => ({ ...one, coefficient: one.coefficient(step) }))
    // What counts nothing is read where memory is kept: it may count at the next step.
    const terms = isHeld ? counted : counted.filter(({ coefficient }) => coefficient !== 0)
    return engine.read({
      terms: (terms.length > 0 ? terms : counted.slice(0, 1)).map(({ prompt, coefficient, steering }) => {
        // Nothing predicts the first place of all but itself.
        const rows = places.map((place) => Math.max(0, prompt.length + place - (shifted ? 1 : 0)))
        const kept = isHeld ? Math.min(prompt.length + keep, rows[0] ?? 0) : 0
        return { tokens: [...prompt, ...shown], rows, keep: kept, coefficient, steering }
      }),
      take,
      holder: isHeld ? this : undefined,
      signal,
    })
  }
}
