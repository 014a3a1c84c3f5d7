import { addressOf } from '@woolgather/ggml'
import type { ContextPointer, Native, Pointer } from '@woolgather/ggml'

/**
 * A switch that native code reads without calling back into JavaScript, which would hop to the main thread for
 * every graph node: `ggml_is_empty` has the shape of an abort callback (`bool (*)(void *)`), and tells of a tensor
 * whether one of its four dimensions is 0. The tensor is 512 bytes of ones, or zeros to abort.
 */
export class AbortSwitch {
  readonly #tensor = new BigInt64Array(new ArrayBuffer(512)).fill(1n)

  install(native: Native, context: ContextPointer): void {
    native.api.llama_set_abort_callback(context, native.isEmptyPointer, addressOf(this.#tensor) as Pointer)
  }

  set(): void {
    this.#tensor.fill(0n)
  }

  reset(): void {
    this.#tensor.fill(1n)
  }
}
