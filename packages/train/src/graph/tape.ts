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
  readonly #sums: ReadonlyMap<Tensor, Tensor>

  /** @param sums of parameters, what their gradients are added to as soon as they are there, so that none waits in memory */
  constructor(emit: Emitter, sums: ReadonlyMap<Tensor, Tensor> = new Map()) {
    this.emit = emit
    this.#sums = sums
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
    const sum = this.#sums.get(tensor)
    if (sum !== undefined) return this.emit.store(this.emit.add(sum, own), sum)
    const before = this.#gradients.get(tensor)
    this.#gradients.set(tensor, before === undefined ? own : this.emit.add(before, own))
  }

  backward(): void {
    for (const step of this.#steps.toReversed()) step()
    this.#steps.length = 0
  }

  /**
   * Computes `part` of an input, and again when its gradient is asked for, so that nothing of what lies between is kept
   * in memory meanwhile.
   * @param kept memory of its own for the input: among what is computed and given up again it would leave gaps
   */
  checkpoint(input: Tensor, kept: Tensor, part: (tape: Tape, input: Tensor) => Tensor): Tensor {
    this.emit.store(input, kept)
    const made = part(new Tape(this.emit), input)
    return this.record(made, (gradient) => {
      const again = new Tape(this.emit, this.#sums)
      const read = { ...kept, trains: input.trains }
      const output = part(again, read)
      again.give(output, () => gradient)
      again.backward()
      const own = again.#gradients.get(read)
      if (own !== undefined) this.give(input, () => own)
    })
  }
}
