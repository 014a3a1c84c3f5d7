import type { AdapterPointer } from '@woolgather/ggml'

/** What bends a model while it decodes: LoRA adapters and a control vector, ready to be set on a context. */
export interface Steering {
  /** Equal for what computes the same; KV decoded under one is worthless to another. */
  key: string
  adapters: readonly { pointer: AdapterPointer; strength: number }[]
  /** One direction per layer from layer 1 on, zeros included; absent: none. */
  vector?: Float32Array | undefined
}

/** Steering in use: its adapters stay loaded until `release`, which may be called twice. */
export interface UsedSteering extends Steering {
  release(): void
}
