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

  constructor(input: CanvasReaderInput) {
    this.#input = input
  }

  /**
   * @param places which rows are wanted, ascending
   * @param take gets the row of each place, in their order; it may write into it
   * @param step which step this is, where coefficients change
   */
  read(
    canvas: readonly (number | null)[],
    places: readonly number[],
    take: (row: Float32Array, index: number) => void,
    step = 1,
  ): Promise<void> {
    const { engine, prompts, mask, shifted, signal } = this.#input
    const shown = canvas.map((token) => token ?? mask)
    const counted = prompts.map((one) => ({ ...one, coefficient: one.coefficient(step) }))
    const terms = counted.filter(({ coefficient }) => coefficient !== 0)
    return engine.read({
      terms: (terms.length > 0 ? terms : counted.slice(0, 1)).map(({ prompt, coefficient, steering }) => ({
        tokens: [...prompt, ...shown],
        // Nothing predicts the first place of all but itself.
        rows: places.map((place) => Math.max(0, prompt.length + place - (shifted ? 1 : 0))),
        coefficient,
        steering,
      })),
      take,
      signal,
    })
  }
}
