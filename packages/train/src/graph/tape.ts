import type { Emitter } from './emitter.ts'
import type { Tensor } from './tensor.ts'

/**
 * What was computed, to be gone through backwards: each operation leaves a step here that, given the gradient of what
 * it made, adds to those of what it was made of.
 */
export class Tape {
  readonly emit: Emitter
  readonly #steps: (() => void)[] = []
  readonly #gradients = new Map<Tensor, Tensor>()

  constructor(emit: Emitter) {
    this.emit = emit
  }

  /** `back` is called with the gradient of `made` where there is one. */
  record(made: Tensor, back: (gradient: Tensor) => void): Tensor {
    if (made.trains) {
      this.#steps.push(() => {
        const gradient = this.#gradients.get(made)
        if (gradient === undefined) return
        this.#gradients.delete(made)
        back(gradient)
      })
    }
    return made
  }

  /** The same of several that are made at once: `back` is called where each of them has a gradient. */
  recordAll(made: readonly Tensor[], back: (gradients: readonly Tensor[]) => void): readonly Tensor[] {
    this.#steps.push(() => {
      const gradients = made.flatMap((tensor) => this.#gradients.get(tensor) ?? [])
      for (const tensor of made) this.#gradients.delete(tensor)
      if (gradients.length === made.length) back(gradients)
    })
    return made
  }

  /** Adds to the gradient of a tensor; what nothing trained has a part in needs none. */
  give(tensor: Tensor, gradient: () => Tensor): void {
    if (!tensor.trains) return
    const own = gradient()
    const before = this.#gradients.get(tensor)
    this.#gradients.set(tensor, before === undefined ? own : this.emit.add(before, own))
  }

  gradientOf(tensor: Tensor): Tensor | undefined {
    return this.#gradients.get(tensor)
  }

  backward(): void {
    for (const step of this.#steps.toReversed()) step()
    this.#steps.length = 0
  }

  /**
   * Computes `part` of an input, and again when its gradient is asked for, so that nothing of what lies between is kept
   * in memory meanwhile.
   */
  checkpoint(input: Tensor, part: (tape: Tape, input: Tensor) => Tensor): Tensor {
    const made = part(new Tape(this.emit), input)
    return this.record(made, (gradient) => {
      const again = new Tape(this.emit)
      const output = part(again, input)
      again.give(output, () => gradient)
      again.backward()
      for (const [tensor, own] of again.#gradients) this.give(tensor, () => own)
    })
  }
}
