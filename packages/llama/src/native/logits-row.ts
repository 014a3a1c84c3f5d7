import type { NativeContext } from './native-context.ts'

/**
 * One row of logits of the batch just decoded, in native memory: samplers read the same memory, so what is written
 * here is what they sample from. Valid until the next decode call of its context.
 */
export class LogitsRow {
  readonly context: NativeContext
  readonly index: number
  /** Several sequences sample from it, each wanting it as it was decoded. */
  readonly shared: boolean
  #original: Float32Array | undefined
  #written = false

  constructor(context: NativeContext, index: number, shared: boolean) {
    this.context = context
    this.index = index
    this.shared = shared
  }

  /** As decoded, whoever wrote here since. Not to be written to. */
  read(): Float32Array {
    return this.#original ?? this.context.logits(this.index)
  }

  /** Somebody has had it to write to. */
  get written(): boolean {
    return this.#written
  }

  /** To be written to. */
  borrow(): Float32Array {
    this.#written = true
    const row = this.context.logits(this.index)
    if (this.shared) this.#original ??= row.slice()
    return row
  }

  /** Undoes what was written, for the next who samples from it. */
  restore(): void {
    if (this.#original) this.context.logits(this.index).set(this.#original)
  }

  copy(): Float32Array {
    return this.read().slice()
  }
}
