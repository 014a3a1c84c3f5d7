import type { GraphPointer, TensorApi, TensorContext, TensorPointer } from '@woolgather/ggml'
import { bf16, f32, shapeOf, type Shape, type Tensor } from './tensor.ts'

export interface RopeSettings {
  /** Of each head, how many numbers are turned. */
  dimensions: number
  /** 0: pairs lie side by side; 2: a head's halves are paired. */
  mode: number
  base: number
  scale: number
  originalContext: number
  attention: number
  /** Of YaRN: how far slow turns are left as they were; 0 elsewhere. */
  extrapolation: number
}

export const bytesOfFloat = 4

type Part = readonly [nb1: number, nb2: number, nb3: number, offset: number]

/**
 * Writes operations into a graph: what is stored and what is kept, in the order in which that is asked for, each after what
 * it is made of. What nothing stored or kept is made of is not computed, and memory of what nobody reads any more is used
 * again by what comes after. No gradients here. Owns its context: dispose it.
 */
export class Emitter implements Disposable {
  readonly graph: GraphPointer
  readonly most: number
  readonly #api: TensorApi
  readonly #context: TensorContext
  #count = 0
  #disposed = false

  /** @param most operations there is room for; one more would end the process, so `#made` refuses it */
  constructor(api: TensorApi, most: number) {
    this.most = most
    this.#api = api
    const bytes = api.ggml_tensor_overhead() * most + api.ggml_graph_overhead_custom(most, false)
    const context = api.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true })
    if (context === null) throw new Error('There is no memory for a graph.')
    this.#context = context
    this.graph = api.ggml_new_graph_custom(context, most, false)
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.#made(this.#api.ggml_add(this.#context, a.pointer, b.pointer), a.shape, [a, b])
  }

  subtract(a: Tensor, b: Tensor): Tensor {
    return this.#made(this.#api.ggml_sub(this.#context, a.pointer, b.pointer), a.shape, [a, b])
  }

  /** Element by element; the smaller `b` is repeated. */
  multiply(a: Tensor, b: Tensor): Tensor {
    return this.#made(this.#api.ggml_mul(this.#context, a.pointer, b.pointer), a.shape, [a, b])
  }

  divide(a: Tensor, b: Tensor): Tensor {
    return this.#made(this.#api.ggml_div(this.#context, a.pointer, b.pointer), a.shape, [a, b])
  }

  /** `factor · a + plus` */
  scale(a: Tensor, factor: number, plus = 0): Tensor {
    if (factor === 1 && plus === 0) return a
    const pointer =
      plus === 0
        ? this.#api.ggml_scale(this.#context, a.pointer, factor)
        : this.#api.ggml_scale_bias(this.#context, a.pointer, factor, plus)
    return this.#made(pointer, a.shape, [a])
  }

  unary(name: 'sqr' | 'sqrt' | 'log' | 'tanh' | 'silu' | 'gelu', a: Tensor): Tensor {
    return this.#made(this.#api[`ggml_${name}`](this.#context, a.pointer), a.shape, [a])
  }

  clamp(a: Tensor, least: number, most: number): Tensor {
    return this.#made(this.#api.ggml_clamp(this.#context, a.pointer, least, most), a.shape, [a])
  }

  sum(a: Tensor): Tensor {
    return this.#made(this.#api.ggml_sum(this.#context, a.pointer), [1, 1, 1, 1], [a])
  }

  /** `activation(gate) · up` in one operation, as llama.cpp computes it. */
  gated(activation: 'silu' | 'gelu', gate: Tensor, up: Tensor): Tensor {
    const operation = activation === 'silu' ? this.#api.ggml_swiglu_split : this.#api.ggml_geglu_split
    return this.#made(operation(this.#context, gate.pointer, up.pointer), gate.shape, [gate, up])
  }

  siluBack(gradient: Tensor, input: Tensor): Tensor {
    return this.#made(
      this.#api.ggml_silu_back(this.#context, gradient.pointer, input.pointer),
      input.shape,
      [],
    )
  }

  /** aᵀ · b over the first dimension of both: [k, m] and [k, n] give [m, n]. */
  matmul(a: Tensor, b: Tensor): Tensor {
    const shape: Shape = [a.shape[1], b.shape[1], b.shape[2], b.shape[3]]
    return this.#made(this.#api.ggml_mul_mat(this.#context, a.pointer, b.pointer), shape, [a, b])
  }

  /** Over the second dimension of both: [m, k] and [n, k] give [m, n]. */
  outer(a: Tensor, b: Tensor): Tensor {
    const shape: Shape = [a.shape[0], b.shape[0], b.shape[2], b.shape[3]]
    return this.#made(this.#api.ggml_out_prod(this.#context, a.pointer, b.pointer), shape, [a, b])
  }

  rows(a: Tensor, rows: Tensor): Tensor {
    const shape: Shape = [a.shape[0], rows.shape[0], 1, 1]
    return this.#made(this.#api.ggml_get_rows(this.#context, a.pointer, rows.pointer), shape, [a])
  }

  /** The gradient of `rows`: zeros in the shape of `like`, and the rows added where they came from. */
  rowsBack(gradient: Tensor, rows: Tensor, like: Tensor): Tensor {
    const pointer = this.#api.ggml_get_rows_back(this.#context, gradient.pointer, rows.pointer, like.pointer)
    return this.#made(pointer, like.shape, [])
  }

  /** Added up over the second dimension of what lies in memory without gaps. */
  sumOverSecond(a: Tensor): Tensor {
    const [x, y, z, w] = a.shape
    const row = x * bytesOfFloat
    // Only its shape is read.
    const like = this.part(a, [x, 1, z, w], [row, row * y, row * y * z, 0])
    return this.#made(this.#api.ggml_repeat_back(this.#context, a.pointer, like.pointer), like.shape, [a])
  }

  /** As 32-bit floats; what is so already stays as it is. */
  floats(a: Tensor): Tensor {
    if (a.type === f32) return a
    return this.#made(this.#api.ggml_cast(this.#context, a.pointer, f32), a.shape, [a])
  }

  /** A matrix turned round, in bfloat16: half the memory of floats, and more than twice as fast to multiply with. */
  turned(a: Tensor): Tensor {
    const flipped = this.transposed(this.floats(a))
    return this.#made(this.#api.ggml_cast(this.#context, flipped.pointer, bf16), flipped.shape, [a], bf16)
  }

  contiguous(a: Tensor): Tensor {
    return this.#made(this.#api.ggml_cont(this.#context, a.pointer), a.shape, [a])
  }

  /** A view: make it contiguous where an operation wants it so. */
  transposed(a: Tensor): Tensor {
    const [x, y, z, w] = a.shape
    return this.#made(this.#api.ggml_transpose(this.#context, a.pointer), [y, x, z, w], [a])
  }

  /** Dimension i of `a` becomes dimension `to[i]`; in memory, too. */
  permuted(a: Tensor, to: Shape): Tensor {
    return this.contiguous(this.permutedView(a, to))
  }

  /** The same as a view. */
  permutedView(a: Tensor, to: Shape): Tensor {
    const shape = [1, 1, 1, 1]
    for (const [from, target] of to.entries()) shape[target] = a.shape[from]!
    return this.#made(this.#api.ggml_permute(this.#context, a.pointer, ...to), shapeOf(shape), [a])
  }

  reshaped(a: Tensor, ...sizes: number[]): Tensor {
    const shape = shapeOf(sizes)
    return this.#made(this.#api.ggml_reshape_4d(this.#context, a.pointer, ...shape), shape, [a])
  }

  /** Part of a tensor; strides and offset in bytes. */
  part(a: Tensor, shape: Shape, [nb1, nb2, nb3, offset]: Part): Tensor {
    const pointer = this.#api.ggml_view_4d(this.#context, a.pointer, ...shape, nb1, nb2, nb3, offset)
    return this.#made(pointer, shape, [a], a.type)
  }

  /** One after the other along the first dimension or the second. */
  joined(a: Tensor, b: Tensor, dimension: 0 | 1): Tensor {
    const shape = a.shape.with(dimension, a.shape[dimension] + b.shape[dimension])
    const pointer = this.#api.ggml_concat(this.#context, a.pointer, b.pointer, dimension)
    return this.#made(pointer, shapeOf(shape), [a, b])
  }

  /** Bytes of a row of a tensor of any type. */
  rowBytes({ type, shape }: Tensor): number {
    return this.#api.ggml_row_size(type, shape[0])
  }

  rmsNorm(a: Tensor, epsilon: number): Tensor {
    return this.#made(this.#api.ggml_rms_norm(this.#context, a.pointer, epsilon), a.shape, [a])
  }

  rmsNormBack(gradient: Tensor, input: Tensor, epsilon: number): Tensor {
    const pointer = this.#api.ggml_rms_norm_back(this.#context, gradient.pointer, input.pointer, epsilon)
    return this.#made(pointer, input.shape, [])
  }

  softmax(a: Tensor, mask: Tensor | undefined, scale: number): Tensor {
    const pointer = this.#api.ggml_soft_max_ext(this.#context, a.pointer, mask?.pointer ?? null, scale, 0)
    return this.#made(pointer, a.shape, [a])
  }

  softmaxBack(gradient: Tensor, output: Tensor, scale: number): Tensor {
    const pointer = this.#api.ggml_soft_max_ext_back(
      this.#context,
      gradient.pointer,
      output.pointer,
      scale,
      0,
    )
    return this.#made(pointer, output.shape, [])
  }

  rope(
    a: Tensor,
    positions: Tensor,
    factors: Tensor | undefined,
    settings: RopeSettings,
    back = false,
  ): Tensor {
    const operation = back ? this.#api.ggml_rope_ext_back : this.#api.ggml_rope_ext
    const { dimensions, mode, originalContext, base, scale, attention, extrapolation } = settings
    const pointer = operation(
      this.#context,
      a.pointer,
      positions.pointer,
      factors?.pointer ?? null,
      dimensions,
      mode,
      originalContext,
      base,
      scale,
      extrapolation,
      attention,
      32,
      1,
    )
    return this.#made(pointer, a.shape, [a])
  }

  /** Writes the numbers of one tensor into another that lies elsewhere. */
  store(a: Tensor, into: Tensor): void {
    this.next(this.#made(this.#api.ggml_cpy(this.#context, a.pointer, into.pointer), into.shape, []))
  }

  /** A step of AdamW on a parameter of its own memory. */
  adamw(parameter: Tensor, gradient: Tensor, m: Tensor, v: Tensor, numbers: Tensor): void {
    const [a, b, c, d, e] = [parameter, gradient, m, v, numbers].map(({ pointer }) => pointer)
    const step = this.#api.ggml_opt_step_adamw(this.#context, a!, b!, c!, d!, e!)
    this.next(this.#made(step, parameter.shape, []))
  }

  /** It is read when the graph was computed, so its memory is not used again. */
  keep(a: Tensor): Tensor {
    this.#api.ggml_set_output(a.pointer)
    return this.next(a)
  }

  /** It is computed next, before what is asked for later. */
  next(a: Tensor): Tensor {
    this.#api.ggml_build_forward_expand(this.graph, a.pointer)
    return a
  }

  #made(pointer: TensorPointer, shape: Shape, from: readonly Tensor[], type = f32): Tensor {
    this.#count++
    if (this.#count >= this.most) throw new RangeError(`A graph has more than ${this.most} operations.`)
    return { pointer, shape, type, trains: from.some(({ trains }) => trains) }
  }

  [Symbol.dispose](): void {
    if (!this.#disposed) this.#api.ggml_free(this.#context)
    this.#disposed = true
  }
}
