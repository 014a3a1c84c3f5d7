import type { CanvasChange } from '@woolgather/llama'
import {
  canvasText,
  followCanvas,
  type CanvasState,
  type CanvasStep,
  type PlacedText,
} from '@woolgather/workflow'

/** A canvas while it is filled: tells each step, and keeps what it looked like where that is asked for. */
export class CanvasWatch {
  readonly frames: string[] = []
  #state: CanvasState | undefined
  readonly #tell: (step: CanvasStep) => void
  readonly #show: (token: number) => string
  readonly #keepFrames: boolean
  readonly #size: number

  constructor(options: {
    tell: (step: CanvasStep) => void
    show: (token: number) => string
    keepFrames: boolean
    size: number
  }) {
    this.#tell = options.tell
    this.#show = options.show
    this.#keepFrames = options.keepFrames
    this.#size = options.size
  }

  begin(canvas: readonly (number | null)[], steps: number): void {
    const set = canvas.flatMap((token, place): PlacedText[] =>
      token === null ? [] : [[place, this.#show(token), null]],
    )
    this.#follow({ step: 0, steps, size: this.#size, set, cleared: [] })
  }

  add({ step, steps, set, cleared }: CanvasChange): void {
    const placed = set.map(({ place, token, probability }): PlacedText => [
      place,
      this.#show(token),
      probability,
    ])
    this.#follow({ step, steps, size: this.#size, set: placed, cleared: [...cleared] })
    if (this.#keepFrames && this.#state) this.frames.push(canvasText(this.#state))
  }

  #follow(step: CanvasStep): void {
    this.#state = followCanvas(this.#state, step)
    this.#tell(step)
  }

  /** Each token with its probability and the step it was set in. */
  get confidence(): { text: string; probability: number | null; step: number }[] {
    return (this.#state?.places ?? []).map((place) => place ?? { text: '', probability: null, step: 0 })
  }
}
