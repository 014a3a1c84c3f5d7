import type { ContextPointer, Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import type { NativeModel } from './native-model.ts'
import type { Steering } from './steering.ts'

/** Sets the adapters of a context's next decode calls. */
export function applyAdapters(
  { api }: Native,
  context: ContextPointer,
  adapters: Steering['adapters'],
): void {
  const pointers = BigUint64Array.from(adapters.map(({ pointer }) => pointer))
  const scales = Float32Array.from(adapters.map(({ strength }) => strength))
  const code = api.llama_set_adapters_lora(context, pointers, adapters.length, scales)
  if (code !== 0) throw new LlamaError('native-error', `llama.cpp refused the adapters (code ${code}).`)
}

/** Sets the vector of the next decode calls; none switches it off. One that is too short would keep old directions. */
export function applyVector(
  { api }: Native,
  context: ContextPointer,
  { layers, embeddingSize }: NativeModel,
  vector: Float32Array | undefined,
): void {
  const length = (layers - 1) * embeddingSize
  if (vector && vector.length !== length) {
    throw new LlamaError('native-error', `A control vector of ${vector.length} numbers, ${length} wanted.`)
  }
  const set = api.llama_set_adapter_cvec
  const code = set(context, vector ?? null, vector?.length ?? 0, embeddingSize, 1, layers - 1)
  if (code !== 0) throw new LlamaError('native-error', `llama.cpp refused the vector (code ${code}).`)
}
