import type { TensorPointer } from '@woolgather/ggml'

/** Sizes of a tensor's dimensions, the fastest first, as ggml counts them. */
export type Shape = readonly [number, number, number, number]

/** A tensor of a graph or of a model. Its shape is kept here, so that nothing is read out of native structs. */
export interface Tensor {
  readonly pointer: TensorPointer
  readonly shape: Shape
  /** Number of its type; 0 is F32. */
  readonly type: number
  /** Whether what is trained has a part in it: only then a gradient is wanted. */
  readonly trains: boolean
  /** Computes it once more, where that is cheap: then it need not be kept until gradients ask for it. */
  readonly again?: (() => Tensor) | undefined
}

export const f32 = 0
export const f16 = 1
export const i32 = 26
export const bf16 = 30

export function shapeOf(sizes: readonly number[]): Shape {
  const [a = 1, b = 1, c = 1, d = 1] = sizes
  return [a, b, c, d]
}
