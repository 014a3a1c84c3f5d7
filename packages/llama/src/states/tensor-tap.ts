import { registerEvalCallback } from '@woolgather/ggml'
import type { CallbackPointer, Native, TensorPointer } from '@woolgather/ggml'

/**
 * Takes tensors out of the graph while it is computed: the outputs of some blocks. Once it has the last of them it
 * ends the graph, so that the blocks above and the output layer cost nothing.
 */
export class TensorTap implements Disposable {
  readonly pointer: CallbackPointer
  readonly #native: Native
  readonly #wanted: ReadonlySet<string>
  readonly #taken = new Map<string, Float32Array>()
  readonly #release: () => void
  #error: unknown

  /** @param names of tensors, such as `l_out-3` */
  constructor(native: Native, names: readonly string[]) {
    this.#native = native
    this.#wanted = new Set(names)
    // A throw in a callback of native code would end the process.
    const { pointer, release } = registerEvalCallback((tensor, asks) => {
      try {
        return asks ? this.#wanted.has(native.api.ggml_get_name(tensor)) : this.#take(tensor)
      } catch (error) {
        this.#error = error
        return false
      }
    })
    this.pointer = pointer
    this.#release = release
  }

  #take(tensor: TensorPointer): boolean {
    const { api } = this.#native
    const values = new Float32Array(new ArrayBuffer(4 * Number(api.ggml_nelements(tensor))))
    api.ggml_backend_tensor_get(tensor, values, 0, values.byteLength)
    this.#taken.set(api.ggml_get_name(tensor), values)
    return this.#taken.size < this.#wanted.size
  }

  /** What the last decode call computed, by name; the next call begins anew. */
  collect(): ReadonlyMap<string, Float32Array> {
    const taken = new Map(this.#taken)
    this.#taken.clear()
    if (this.#error !== undefined) throw this.#error
    return taken
  }

  /** After the context that calls it. */
  [Symbol.dispose](): void {
    this.#release()
  }
}
