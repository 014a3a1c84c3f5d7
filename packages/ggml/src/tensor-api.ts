/**
 * ggml's own C API as far as this project computes with tensors itself: `c-api.ts`'s rules hold, and the same test
 * compares every prototype with the release's headers. Bound apart, since only processes that train need it.
 */
import koffi from 'koffi'
import { parsePrototype, toKoffiType } from './bind.ts'
import type { DevicePointer, NativeFunction, Pointer, TensorPointer } from './c-api.ts'
import { setCallMemory } from './call-memory.ts'
import type { NativeBinary } from './choose-binary.ts'

export type TensorContext = Pointer<'ggml_context'>
export type GraphPointer = Pointer<'ggml_cgraph'>
export type BackendPointer = Pointer<'ggml_backend'>
export type BufferPointer = Pointer<'ggml_backend_buffer'>
export type BufferTypePointer = Pointer<'ggml_backend_buffer_type'>
export type AllocatorPointer = Pointer<'ggml_gallocr'>
type RegistryPointer = Pointer<'ggml_backend_reg'>
type T = TensorPointer
type Unary = NativeFunction<[TensorContext, T], T>
type Binary = NativeFunction<[TensorContext, T, T], T>
type Rope = NativeFunction<
  [
    TensorContext,
    T,
    positions: T,
    factors: T | null,
    dimensions: number,
    mode: number,
    originalContext: number,
    base: number,
    scale: number,
    extrapolation: number,
    attention: number,
    betaFast: number,
    betaSlow: number,
  ],
  T
>
type Four = [number, number, number, number]

/** Functions whose names begin with `ggml_`; a shape that does not fit ends the process. */
export interface TensorApi {
  // contexts: they hold what describes tensors, not their numbers
  ggml_init: NativeFunction<[{ mem_size: number; mem_buffer: null; no_alloc: boolean }], TensorContext | null>
  ggml_free: NativeFunction<[TensorContext], void>
  ggml_tensor_overhead: NativeFunction<[], number>
  ggml_row_size: NativeFunction<[type: number, elements: number], number>
  ggml_graph_overhead_custom: NativeFunction<[nodes: number, gradients: boolean], number>
  ggml_new_tensor: NativeFunction<[TensorContext, type: number, dimensions: number, shape: BigInt64Array], T>
  ggml_set_param: NativeFunction<[T], void>
  ggml_set_output: NativeFunction<[T], void>

  // graphs
  ggml_new_graph_custom: NativeFunction<[TensorContext, nodes: number, gradients: boolean], GraphPointer>
  ggml_build_forward_expand: NativeFunction<[GraphPointer, T], void>

  // operations
  ggml_add: Binary
  ggml_sub: Binary
  ggml_mul: Binary
  ggml_div: Binary
  ggml_scale: NativeFunction<[TensorContext, T, factor: number], T>
  ggml_scale_bias: NativeFunction<[TensorContext, T, factor: number, bias: number], T>
  ggml_sqr: Unary
  ggml_sqrt: Unary
  ggml_log: Unary
  ggml_tanh: Unary
  ggml_sum: Unary
  ggml_cont: Unary
  ggml_transpose: Unary
  ggml_silu: Unary
  ggml_gelu: Unary
  ggml_silu_back: Binary
  ggml_swiglu_split: Binary
  ggml_geglu_split: Binary
  ggml_clamp: NativeFunction<[TensorContext, T, least: number, most: number], T>
  ggml_mul_mat: Binary
  ggml_out_prod: Binary
  ggml_get_rows: Binary
  ggml_get_rows_back: NativeFunction<[TensorContext, gradient: T, rows: T, shape: T], T>
  ggml_repeat: Binary
  ggml_repeat_back: Binary
  ggml_cast: NativeFunction<[TensorContext, T, type: number], T>
  ggml_cpy: Binary
  ggml_concat: NativeFunction<[TensorContext, T, T, dimension: number], T>
  ggml_permute: NativeFunction<[TensorContext, T, ...Four], T>
  ggml_reshape_4d: NativeFunction<[TensorContext, T, ...Four], T>
  ggml_view_4d: NativeFunction<
    [TensorContext, T, ...Four, nb1: number, nb2: number, nb3: number, offset: number],
    T
  >
  ggml_rms_norm: NativeFunction<[TensorContext, T, epsilon: number], T>
  ggml_rms_norm_back: NativeFunction<[TensorContext, gradient: T, T, epsilon: number], T>
  ggml_soft_max_ext: NativeFunction<[TensorContext, T, mask: T | null, scale: number, bias: number], T>
  ggml_soft_max_ext_back: NativeFunction<[TensorContext, gradient: T, T, scale: number, bias: number], T>
  ggml_rope_ext: Rope
  ggml_rope_ext_back: Rope
  ggml_opt_step_adamw: NativeFunction<[TensorContext, T, gradient: T, m: T, v: T, numbers: T], T>

  // memory
  ggml_backend_alloc_ctx_tensors: NativeFunction<[TensorContext, BackendPointer], BufferPointer | null>
  ggml_backend_buffer_free: NativeFunction<[BufferPointer], void>
  ggml_backend_buffer_get_size: NativeFunction<[BufferPointer], number>
  ggml_backend_buffer_clear: NativeFunction<[BufferPointer, value: number], void>
  ggml_backend_get_default_buffer_type: NativeFunction<[BackendPointer], BufferTypePointer>
  ggml_gallocr_new: NativeFunction<[BufferTypePointer], AllocatorPointer>
  ggml_gallocr_free: NativeFunction<[AllocatorPointer], void>
  /** False where there is no memory for it. */
  ggml_gallocr_alloc_graph: NativeFunction<[AllocatorPointer, GraphPointer], boolean>
  ggml_gallocr_reserve_n_size: NativeFunction<
    [AllocatorPointer, GraphPointer, null, null, sizes: BigUint64Array],
    void
  >
  ggml_gallocr_get_buffer_size: NativeFunction<[AllocatorPointer, buffer: number], number>
  ggml_backend_tensor_set: NativeFunction<[T, source: ArrayBufferView, offset: number, bytes: number], void>
  ggml_backend_tensor_get: NativeFunction<[T, target: ArrayBufferView, offset: number, bytes: number], void>

  // computing
  ggml_backend_dev_init: NativeFunction<[DevicePointer, parameters: string | null], BackendPointer | null>
  ggml_backend_free: NativeFunction<[BackendPointer], void>
  ggml_backend_dev_backend_reg: NativeFunction<[DevicePointer], RegistryPointer>
  ggml_backend_reg_get_proc_address: NativeFunction<[RegistryPointer, name: string], Pointer | null>
  /** 0: computed. */
  ggml_backend_graph_compute: NativeFunction<[BackendPointer, GraphPointer], number>
}

const t = 'struct ggml_tensor *'
const c = 'struct ggml_context *'
const unary = (name: string): string => `${t}${name}(${c}, ${t})`
const binary = (name: string): string => `${t}${name}(${c}, ${t}, ${t})`
const rope = (name: string): string =>
  `${t}${name}(${c}, ${t}, ${t}, ${t}, int, int, int, float, float, float, float, float, float)`

/** Name → C prototype. */
export const tensorPrototypes: Readonly<Record<keyof TensorApi, string>> = {
  ggml_init: `${c}ggml_init(struct ggml_init_params)`,
  ggml_free: `void ggml_free(${c})`,
  ggml_tensor_overhead: 'size_t ggml_tensor_overhead(void)',
  ggml_row_size: 'size_t ggml_row_size(enum ggml_type, int64_t)',
  ggml_graph_overhead_custom: 'size_t ggml_graph_overhead_custom(size_t, bool)',
  ggml_new_tensor: `${t}ggml_new_tensor(${c}, enum ggml_type, int, const int64_t *)`,
  ggml_set_param: `void ggml_set_param(${t})`,
  ggml_set_output: `void ggml_set_output(${t})`,

  ggml_new_graph_custom: `struct ggml_cgraph *ggml_new_graph_custom(${c}, size_t, bool)`,
  ggml_build_forward_expand: `void ggml_build_forward_expand(struct ggml_cgraph *, ${t})`,

  ggml_add: binary('ggml_add'),
  ggml_sub: binary('ggml_sub'),
  ggml_mul: binary('ggml_mul'),
  ggml_div: binary('ggml_div'),
  ggml_scale: `${t}ggml_scale(${c}, ${t}, float)`,
  ggml_scale_bias: `${t}ggml_scale_bias(${c}, ${t}, float, float)`,
  ggml_sqr: unary('ggml_sqr'),
  ggml_sqrt: unary('ggml_sqrt'),
  ggml_log: unary('ggml_log'),
  ggml_tanh: unary('ggml_tanh'),
  ggml_sum: unary('ggml_sum'),
  ggml_cont: unary('ggml_cont'),
  ggml_transpose: unary('ggml_transpose'),
  ggml_silu: unary('ggml_silu'),
  ggml_gelu: unary('ggml_gelu'),
  ggml_silu_back: binary('ggml_silu_back'),
  ggml_swiglu_split: binary('ggml_swiglu_split'),
  ggml_geglu_split: binary('ggml_geglu_split'),
  ggml_clamp: `${t}ggml_clamp(${c}, ${t}, float, float)`,
  ggml_mul_mat: binary('ggml_mul_mat'),
  ggml_out_prod: binary('ggml_out_prod'),
  ggml_get_rows: binary('ggml_get_rows'),
  ggml_get_rows_back: `${t}ggml_get_rows_back(${c}, ${t}, ${t}, ${t})`,
  ggml_repeat: binary('ggml_repeat'),
  ggml_repeat_back: binary('ggml_repeat_back'),
  ggml_cast: `${t}ggml_cast(${c}, ${t}, enum ggml_type)`,
  ggml_cpy: binary('ggml_cpy'),
  ggml_concat: `${t}ggml_concat(${c}, ${t}, ${t}, int)`,
  ggml_permute: `${t}ggml_permute(${c}, ${t}, int, int, int, int)`,
  ggml_reshape_4d: `${t}ggml_reshape_4d(${c}, ${t}, int64_t, int64_t, int64_t, int64_t)`,
  ggml_view_4d: `${t}ggml_view_4d(${c}, ${t}, int64_t, int64_t, int64_t, int64_t, size_t, size_t, size_t, size_t)`,
  ggml_rms_norm: `${t}ggml_rms_norm(${c}, ${t}, float)`,
  ggml_rms_norm_back: `${t}ggml_rms_norm_back(${c}, ${t}, ${t}, float)`,
  ggml_soft_max_ext: `${t}ggml_soft_max_ext(${c}, ${t}, ${t}, float, float)`,
  ggml_soft_max_ext_back: `${t}ggml_soft_max_ext_back(${c}, ${t}, ${t}, float, float)`,
  ggml_rope_ext: rope('ggml_rope_ext'),
  ggml_rope_ext_back: rope('ggml_rope_ext_back'),
  ggml_opt_step_adamw: `${t}ggml_opt_step_adamw(${c}, ${t}, ${t}, ${t}, ${t}, ${t})`,

  ggml_backend_alloc_ctx_tensors: `struct ggml_backend_buffer *ggml_backend_alloc_ctx_tensors(${c}, ggml_backend_t)`,
  ggml_backend_buffer_free: 'void ggml_backend_buffer_free(ggml_backend_buffer_t)',
  ggml_backend_buffer_get_size: 'size_t ggml_backend_buffer_get_size(ggml_backend_buffer_t)',
  ggml_backend_buffer_clear: 'void ggml_backend_buffer_clear(ggml_backend_buffer_t, uint8_t)',
  ggml_backend_get_default_buffer_type:
    'ggml_backend_buffer_type_t ggml_backend_get_default_buffer_type(ggml_backend_t)',
  ggml_gallocr_new: 'ggml_gallocr_t ggml_gallocr_new(ggml_backend_buffer_type_t)',
  ggml_gallocr_free: 'void ggml_gallocr_free(ggml_gallocr_t)',
  ggml_gallocr_alloc_graph: 'bool ggml_gallocr_alloc_graph(ggml_gallocr_t, struct ggml_cgraph *)',
  ggml_gallocr_reserve_n_size:
    'void ggml_gallocr_reserve_n_size(ggml_gallocr_t, struct ggml_cgraph *, const int *, const int *, size_t *)',
  ggml_gallocr_get_buffer_size: 'size_t ggml_gallocr_get_buffer_size(ggml_gallocr_t, int)',
  ggml_backend_tensor_set: `void ggml_backend_tensor_set(${t}, const void *, size_t, size_t)`,
  ggml_backend_tensor_get: 'void ggml_backend_tensor_get(const struct ggml_tensor *, void *, size_t, size_t)',

  ggml_backend_dev_init: 'ggml_backend_t ggml_backend_dev_init(ggml_backend_dev_t, const char *)',
  ggml_backend_free: 'void ggml_backend_free(ggml_backend_t)',
  ggml_backend_dev_backend_reg: 'ggml_backend_reg_t ggml_backend_dev_backend_reg(ggml_backend_dev_t)',
  ggml_backend_reg_get_proc_address:
    'void *ggml_backend_reg_get_proc_address(ggml_backend_reg_t, const char *)',
  ggml_backend_graph_compute:
    'enum ggml_status ggml_backend_graph_compute(ggml_backend_t, struct ggml_cgraph *)',
}

/** Binds them in a process that called `loadNative`, whose libraries they share. */
export function loadTensorApi({ libraries }: Pick<NativeBinary, 'libraries'>): TensorApi {
  setCallMemory()
  const handle = koffi.load(libraries.ggmlBase)
  const bound = Object.entries(tensorPrototypes).map(([name, prototype]) => {
    const { result, args } = parsePrototype(prototype)
    return [
      name,
      handle.func(
        name,
        toKoffiType(result),
        args.map((arg) => toKoffiType(arg)),
      ),
    ]
  })
  return Object.fromEntries(bound) as TensorApi
}

const setThreads = koffi.proto('void', ['void *', 'int'])

/** How many threads a backend of a device computes with; those that have none of their own ignore it. */
export function setBackendThreads(
  api: TensorApi,
  device: DevicePointer,
  backend: BackendPointer,
  threads: number,
): void {
  const registry = api.ggml_backend_dev_backend_reg(device)
  const pointer = api.ggml_backend_reg_get_proc_address(registry, 'ggml_backend_set_n_threads')
  if (pointer !== null) (koffi.decode(pointer, setThreads) as (...args: unknown[]) => void)(backend, threads)
}
