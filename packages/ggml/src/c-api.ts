/**
 * llama.cpp's C API as far as this project binds it: release v0.4.0, the one node-llama-cpp 3.21.1 ships. Every
 * struct and prototype below is compared with that release's own headers by `check-headers.test.ts`.
 *
 * Types are written as C writes them. What they become in JavaScript:
 * - `const char *` is a string; `bytes` marks one that is passed as bytes, with its length in another argument
 * - every other pointer, callback and handle is an address (`Pointer`, a bigint), null, or a typed array whose
 *   memory is handed over without a copy
 * - a struct named without `*` is passed by value, as an object
 * - 64-bit integers are numbers up to 2⁵³
 */
/** An address; `Name` tells apart what it points to. */
export type Pointer<Name extends string = string> = bigint & { readonly pointsTo: Name }
export type ModelPointer = Pointer<'llama_model'>
export type ContextPointer = Pointer<'llama_context'>
export type VocabPointer = Pointer<'llama_vocab'>
export type MemoryPointer = Pointer<'llama_memory_i'>
export type SamplerPointer = Pointer<'llama_sampler'>
export type AdapterPointer = Pointer<'llama_adapter_lora'>
export type DevicePointer = Pointer<'ggml_backend_device'>
export type TensorPointer = Pointer<'ggml_tensor'>
export type CallbackPointer = Pointer<'callback'>

/** A bound function: called at once, or on a worker thread with a Node-style callback. */
export interface NativeFunction<Args extends unknown[], Result> {
  (...args: Args): Result
  async(...args: [...Args, (error: unknown, result: Result) => void]): void
}

// ── Structs ────────────────────────────────────────────────────────────────────────────────────────────────────

export type StructName =
  | 'llama_model_params'
  | 'llama_context_params'
  | 'llama_batch'
  | 'llama_token_data_array'
  | 'llama_token_data'
  | 'llama_logit_bias'
  | 'llama_sampler_chain_params'
  | 'ggml_init_params'

/** Member name → C type, in the header's order. */
export const structs: Readonly<Record<StructName, Readonly<Record<string, string>>>> = {
  llama_model_params: {
    devices: 'ggml_backend_dev_t *',
    tensor_buft_overrides: 'const struct llama_model_tensor_buft_override *',
    n_gpu_layers: 'int32_t',
    split_mode: 'enum llama_split_mode',
    load_mode: 'enum llama_load_mode',
    lazy_mode: 'enum llama_lazy_mode',
    main_gpu: 'int32_t',
    tensor_split: 'const float *',
    progress_callback: 'llama_progress_callback',
    progress_callback_user_data: 'void *',
    kv_overrides: 'const struct llama_model_kv_override *',
    vocab_only: 'bool',
    check_tensors: 'bool',
    use_extra_bufts: 'bool',
    no_host: 'bool',
    no_alloc: 'bool',
    load_mtp: 'bool',
  },
  llama_context_params: {
    n_ctx: 'uint32_t',
    n_batch: 'uint32_t',
    n_ubatch: 'uint32_t',
    n_seq_max: 'uint32_t',
    n_rs_seq: 'uint32_t',
    n_outputs_max: 'uint32_t',
    n_outputs_max_per_seq: 'uint32_t',
    n_threads: 'int32_t',
    n_threads_batch: 'int32_t',
    ctx_type: 'enum llama_context_type',
    rope_scaling_type: 'enum llama_rope_scaling_type',
    pooling_type: 'enum llama_pooling_type',
    attention_type: 'enum llama_attention_type',
    flash_attn_type: 'enum llama_flash_attn_type',
    rope_freq_base: 'float',
    rope_freq_scale: 'float',
    yarn_ext_factor: 'float',
    yarn_attn_factor: 'float',
    yarn_beta_fast: 'float',
    yarn_beta_slow: 'float',
    yarn_orig_ctx: 'uint32_t',
    defrag_thold: 'float',
    cb_eval: 'ggml_backend_sched_eval_callback',
    cb_eval_user_data: 'void *',
    type_k: 'enum ggml_type',
    type_v: 'enum ggml_type',
    abort_callback: 'ggml_abort_callback',
    abort_callback_data: 'void *',
    embeddings: 'bool',
    offload_kqv: 'bool',
    no_perf: 'bool',
    op_offload: 'bool',
    swa_full: 'bool',
    kv_unified: 'bool',
    samplers: 'struct llama_sampler_seq_config *',
    n_samplers: 'size_t',
    ctx_other: 'struct llama_context *',
  },
  llama_batch: {
    n_tokens: 'int32_t',
    token: 'llama_token *',
    embd: 'float *',
    pos: 'llama_pos *',
    n_seq_id: 'int32_t *',
    seq_id: 'llama_seq_id **',
    logits: 'int8_t *',
  },
  llama_token_data_array: {
    data: 'llama_token_data *',
    size: 'size_t',
    selected: 'int64_t',
    sorted: 'bool',
  },
  llama_token_data: { id: 'llama_token', logit: 'float', p: 'float' },
  llama_logit_bias: { token: 'llama_token', bias: 'float' },
  llama_sampler_chain_params: { no_perf: 'bool' },
  ggml_init_params: { mem_size: 'size_t', mem_buffer: 'void *', no_alloc: 'bool' },
}

export interface ModelParams {
  devices: Pointer | null
  tensor_buft_overrides: Pointer | null
  /** Layers on the GPU, negative: all. */
  n_gpu_layers: number
  split_mode: number
  load_mode: number
  lazy_mode: number
  main_gpu: number
  tensor_split: Pointer | null
  /** `progressCallback`; returning false stops loading. */
  progress_callback: CallbackPointer | null
  progress_callback_user_data: Pointer | null
  kv_overrides: Pointer | null
  vocab_only: boolean
  check_tensors: boolean
  use_extra_bufts: boolean
  no_host: boolean
  no_alloc: boolean
  load_mtp: boolean
}

export interface ContextParams {
  /** Tokens of KV cache, rounded up to a multiple of 256. */
  n_ctx: number
  /** Most tokens of one `llama_decode`; clamped to n_ctx. */
  n_batch: number
  n_ubatch: number
  n_seq_max: number
  n_rs_seq: number
  n_outputs_max: number
  n_outputs_max_per_seq: number
  n_threads: number
  n_threads_batch: number
  ctx_type: number
  rope_scaling_type: number
  pooling_type: number
  attention_type: number
  /** −1 auto, 0 off, 1 on. */
  flash_attn_type: number
  rope_freq_base: number
  rope_freq_scale: number
  yarn_ext_factor: number
  yarn_attn_factor: number
  yarn_beta_fast: number
  yarn_beta_slow: number
  yarn_orig_ctx: number
  defrag_thold: number
  cb_eval: CallbackPointer | null
  cb_eval_user_data: Pointer | null
  type_k: number
  type_v: number
  /** `bool (*)(void *)`, asked between graph nodes; true makes `llama_decode` return 2. */
  abort_callback: CallbackPointer | null
  abort_callback_data: Pointer | null
  embeddings: boolean
  offload_kqv: boolean
  no_perf: boolean
  op_offload: boolean
  swa_full: boolean
  /** One KV buffer for all sequences, so that they can share cells. */
  kv_unified: boolean
  samplers: Pointer | null
  n_samplers: number
  ctx_other: ContextPointer | null
}

/** Arrays of `n_tokens` each; whoever fills them keeps them alive during the call. */
export interface Batch {
  n_tokens: number
  token: Pointer | null
  embd: Pointer | null
  pos: Pointer | null
  n_seq_id: Pointer | null
  seq_id: Pointer | null
  logits: Pointer | null
}

// ── Functions ──────────────────────────────────────────────────────────────────────────────────────────────────

type Sampler = SamplerPointer | null

export interface CApi {
  // library
  llama_version: NativeFunction<[], string>
  llama_print_system_info: NativeFunction<[], string>
  llama_backend_init: NativeFunction<[], void>
  llama_log_set: NativeFunction<[callback: CallbackPointer | null, data: null], void>
  llama_max_parallel_sequences: NativeFunction<[], number>
  llama_supports_gpu_offload: NativeFunction<[], boolean>

  // backends and devices
  ggml_backend_load_all_from_path: NativeFunction<[folder: string], void>
  ggml_backend_dev_count: NativeFunction<[], number>
  ggml_backend_dev_get: NativeFunction<[index: number], DevicePointer>
  ggml_backend_dev_name: NativeFunction<[DevicePointer], string>
  ggml_backend_dev_description: NativeFunction<[DevicePointer], string>
  ggml_backend_dev_memory: NativeFunction<[DevicePointer, free: BigUint64Array, total: BigUint64Array], void>
  /** 0 CPU, 1 GPU, 2 integrated GPU, 3 accelerator, 4 meta. */
  ggml_backend_dev_type: NativeFunction<[DevicePointer], number>

  // tensor types
  ggml_type_name: NativeFunction<[type: number], string>
  ggml_blck_size: NativeFunction<[type: number], number>
  ggml_row_size: NativeFunction<[type: number, elements: number], number>
  ggml_quantize_requires_imatrix: NativeFunction<[type: number], boolean>
  /** Bytes written. Both buffers must hold `rows` rows; `start` is an element offset into both. */
  ggml_quantize_chunk: NativeFunction<
    [
      type: number,
      source: Float32Array,
      target: Uint8Array,
      start: number,
      rows: number,
      rowLength: number,
      imatrix: Float32Array | null,
    ],
    number
  >
  /** Pointer to `struct ggml_type_traits`. */
  ggml_get_type_traits: NativeFunction<[type: number], Pointer<'ggml_type_traits'>>
  /** True where any of a tensor's four dimensions is 0. */
  ggml_is_empty: NativeFunction<[tensor: Pointer], boolean>
  ggml_get_name: NativeFunction<[TensorPointer], string>
  ggml_nelements: NativeFunction<[TensorPointer], number>
  /** Copies bytes of a tensor out, wherever it is computed. */
  ggml_backend_tensor_get: NativeFunction<
    [TensorPointer, target: Float32Array, offset: number, bytes: number],
    void
  >

  // model
  llama_model_default_params: NativeFunction<[], ModelParams>
  /** Null where the file cannot be loaded; the log says why. */
  llama_model_load_from_file: NativeFunction<[path: string, params: ModelParams], ModelPointer | null>
  llama_model_free: NativeFunction<[ModelPointer], void>
  llama_model_get_vocab: NativeFunction<[ModelPointer], VocabPointer>
  llama_model_n_ctx_train: NativeFunction<[ModelPointer], number>
  llama_model_n_embd: NativeFunction<[ModelPointer], number>
  /** Numbers of an embedding. */
  llama_model_n_embd_out: NativeFunction<[ModelPointer], number>
  llama_model_n_layer: NativeFunction<[ModelPointer], number>
  llama_model_n_params: NativeFunction<[ModelPointer], number>
  llama_model_size: NativeFunction<[ModelPointer], number>
  llama_model_has_encoder: NativeFunction<[ModelPointer], boolean>
  llama_model_has_decoder: NativeFunction<[ModelPointer], boolean>
  llama_model_is_recurrent: NativeFunction<[ModelPointer], boolean>
  llama_model_is_hybrid: NativeFunction<[ModelPointer], boolean>
  /** Whether it fills masked tokens, seeing the whole text. */
  llama_model_is_diffusion: NativeFunction<[ModelPointer], boolean>
  llama_model_chat_template: NativeFunction<[ModelPointer, name: null], string | null>
  /** Length of the value, −1 where the key is absent. */
  llama_model_meta_val_str: NativeFunction<
    [ModelPointer, key: string, buffer: Uint8Array, size: number],
    number
  >

  // vocabulary
  llama_vocab_type: NativeFunction<[VocabPointer], number>
  llama_vocab_n_tokens: NativeFunction<[VocabPointer], number>
  llama_vocab_get_text: NativeFunction<[VocabPointer, token: number], string>
  llama_vocab_get_attr: NativeFunction<[VocabPointer, token: number], number>
  llama_vocab_is_eog: NativeFunction<[VocabPointer, token: number], boolean>
  llama_vocab_is_control: NativeFunction<[VocabPointer, token: number], boolean>
  llama_vocab_bos: NativeFunction<[VocabPointer], number>
  llama_vocab_eos: NativeFunction<[VocabPointer], number>
  llama_vocab_eot: NativeFunction<[VocabPointer], number>
  /** −1 where the file names none. */
  llama_vocab_mask: NativeFunction<[VocabPointer], number>
  llama_vocab_get_add_bos: NativeFunction<[VocabPointer], boolean>
  llama_vocab_get_add_eos: NativeFunction<[VocabPointer], boolean>
  llama_vocab_get_suppress_tokens: NativeFunction<
    [VocabPointer, count: Int32Array],
    Pointer<'llama_token'> | null
  >
  /** Number of tokens, or minus the number that would have fitted. */
  llama_tokenize: NativeFunction<
    [
      VocabPointer,
      text: Uint8Array,
      textLength: number,
      tokens: Int32Array,
      capacity: number,
      addSpecial: boolean,
      parseSpecial: boolean,
    ],
    number
  >
  /** Number of bytes, or minus the number needed. */
  llama_token_to_piece: NativeFunction<
    [VocabPointer, token: number, buffer: Uint8Array, capacity: number, strip: number, special: boolean],
    number
  >
  llama_detokenize: NativeFunction<
    [
      VocabPointer,
      tokens: Int32Array,
      count: number,
      buffer: Uint8Array,
      capacity: number,
      removeSpecial: boolean,
      unparseSpecial: boolean,
    ],
    number
  >

  // adapters
  llama_adapter_lora_init: NativeFunction<[ModelPointer, path: string], AdapterPointer | null>
  llama_adapter_lora_free: NativeFunction<[AdapterPointer], void>
  llama_set_adapters_lora: NativeFunction<
    [ContextPointer, adapters: BigUint64Array, count: number, scales: Float32Array],
    number
  >

  // control vectors
  /** Directions from layer 1 on, `embeddingSize` each; null clears. 0 where it was set. */
  llama_set_adapter_cvec: NativeFunction<
    [
      ContextPointer,
      directions: Float32Array | null,
      length: number,
      embeddingSize: number,
      firstLayer: number,
      lastLayer: number,
    ],
    number
  >

  // context
  llama_context_default_params: NativeFunction<[], ContextParams>
  llama_init_from_model: NativeFunction<[ModelPointer, ContextParams], ContextPointer | null>
  llama_free: NativeFunction<[ContextPointer], void>
  llama_n_ctx: NativeFunction<[ContextPointer], number>
  llama_n_ctx_seq: NativeFunction<[ContextPointer], number>
  llama_n_batch: NativeFunction<[ContextPointer], number>
  llama_n_seq_max: NativeFunction<[ContextPointer], number>
  llama_get_memory: NativeFunction<[ContextPointer], MemoryPointer | null>
  llama_memory_seq_rm: NativeFunction<[MemoryPointer, sequence: number, from: number, to: number], boolean>
  llama_memory_seq_cp: NativeFunction<
    [MemoryPointer, from: number, to: number, start: number, end: number],
    void
  >
  llama_memory_seq_pos_min: NativeFunction<[MemoryPointer, sequence: number], number>
  llama_memory_seq_pos_max: NativeFunction<[MemoryPointer, sequence: number], number>
  /** 0 done, 1 no room in the KV cache, 2 aborted, −1 invalid batch, below: fatal. */
  llama_decode: NativeFunction<[ContextPointer, Batch], number>
  llama_set_abort_callback: NativeFunction<
    [ContextPointer, callback: CallbackPointer | null, data: Pointer | null],
    void
  >
  llama_synchronize: NativeFunction<[ContextPointer], void>
  /** The row of the i-th token of the last batch, or null where it has none. */
  /** Null where the context pools nothing. */
  llama_get_embeddings_seq: NativeFunction<[ContextPointer, sequence: number], Pointer<'float'> | null>
  llama_get_logits_ith: NativeFunction<[ContextPointer, index: number], Pointer<'float'> | null>

  // samplers
  llama_sampler_chain_default_params: NativeFunction<[], { no_perf: boolean }>
  llama_sampler_chain_init: NativeFunction<[{ no_perf: boolean }], SamplerPointer>
  llama_sampler_chain_add: NativeFunction<[chain: SamplerPointer, SamplerPointer], void>
  llama_sampler_chain_n: NativeFunction<[chain: SamplerPointer], number>
  llama_sampler_chain_get: NativeFunction<[chain: SamplerPointer, index: number], Sampler>
  llama_sampler_name: NativeFunction<[SamplerPointer], string>
  llama_sampler_accept: NativeFunction<[SamplerPointer, token: number], void>
  llama_sampler_apply: NativeFunction<[SamplerPointer, candidates: Uint8Array], void>
  llama_sampler_clone: NativeFunction<[SamplerPointer], SamplerPointer>
  llama_sampler_free: NativeFunction<[SamplerPointer], void>
  /** Samples from the i-th token's row and accepts the result. */
  llama_sampler_sample: NativeFunction<[SamplerPointer, ContextPointer, index: number], number>
  llama_sampler_init_greedy: NativeFunction<[], SamplerPointer>
  llama_sampler_init_dist: NativeFunction<[seed: number], SamplerPointer>
  llama_sampler_init_top_k: NativeFunction<[k: number], SamplerPointer>
  llama_sampler_init_top_p: NativeFunction<[p: number, minKeep: number], SamplerPointer>
  llama_sampler_init_min_p: NativeFunction<[p: number, minKeep: number], SamplerPointer>
  llama_sampler_init_typical: NativeFunction<[p: number, minKeep: number], SamplerPointer>
  llama_sampler_init_temp: NativeFunction<[t: number], SamplerPointer>
  llama_sampler_init_temp_ext: NativeFunction<[t: number, range: number, exponent: number], SamplerPointer>
  llama_sampler_init_xtc: NativeFunction<
    [p: number, threshold: number, minKeep: number, seed: number],
    SamplerPointer
  >
  llama_sampler_init_top_n_sigma: NativeFunction<[n: number], SamplerPointer>
  llama_sampler_init_mirostat: NativeFunction<
    [vocabSize: number, seed: number, tau: number, eta: number, m: number],
    SamplerPointer
  >
  llama_sampler_init_mirostat_v2: NativeFunction<[seed: number, tau: number, eta: number], SamplerPointer>
  /** Null where the grammar does not parse; the log says why. */
  llama_sampler_init_grammar: NativeFunction<[VocabPointer, grammar: string, root: string], Sampler>
  llama_sampler_init_penalties: NativeFunction<
    [vocabSize: number, lastN: number, repeat: number, frequency: number, presence: number],
    SamplerPointer
  >
  llama_sampler_init_dry: NativeFunction<
    [
      VocabPointer,
      multiplier: number,
      base: number,
      allowedLength: number,
      lastN: number,
      breakers: readonly string[],
      count: number,
    ],
    SamplerPointer
  >
  llama_sampler_init_adaptive_p: NativeFunction<[target: number, decay: number, seed: number], SamplerPointer>
  llama_sampler_init_logit_bias: NativeFunction<
    [vocabSize: number, count: number, biases: Uint8Array | null],
    SamplerPointer
  >
  llama_sampler_init_infill: NativeFunction<[VocabPointer], SamplerPointer>
}

/** Name → C prototype. `bytes` marks text handed over as bytes with its length, so that it may hold NUL. */
export const prototypes: Readonly<Record<keyof CApi, string>> = {
  llama_version: 'const char *llama_version(void)',
  llama_print_system_info: 'const char *llama_print_system_info(void)',
  llama_backend_init: 'void llama_backend_init(void)',
  llama_log_set: 'void llama_log_set(ggml_log_callback, void *)',
  llama_max_parallel_sequences: 'size_t llama_max_parallel_sequences(void)',
  llama_supports_gpu_offload: 'bool llama_supports_gpu_offload(void)',

  // backends and devices
  ggml_backend_load_all_from_path: 'void ggml_backend_load_all_from_path(const char *)',
  ggml_backend_dev_count: 'size_t ggml_backend_dev_count(void)',
  ggml_backend_dev_get: 'ggml_backend_dev_t ggml_backend_dev_get(size_t)',
  ggml_backend_dev_name: 'const char *ggml_backend_dev_name(ggml_backend_dev_t)',
  ggml_backend_dev_description: 'const char *ggml_backend_dev_description(ggml_backend_dev_t)',
  ggml_backend_dev_memory: 'void ggml_backend_dev_memory(ggml_backend_dev_t, size_t *, size_t *)',
  ggml_backend_dev_type: 'enum ggml_backend_dev_type ggml_backend_dev_type(ggml_backend_dev_t)',

  // tensor types
  ggml_type_name: 'const char *ggml_type_name(enum ggml_type)',
  ggml_blck_size: 'int64_t ggml_blck_size(enum ggml_type)',
  ggml_row_size: 'size_t ggml_row_size(enum ggml_type, int64_t)',
  ggml_quantize_requires_imatrix: 'bool ggml_quantize_requires_imatrix(enum ggml_type)',
  ggml_quantize_chunk:
    'size_t ggml_quantize_chunk(enum ggml_type, const float *, void *, int64_t, int64_t, int64_t, const float *)',
  ggml_get_type_traits: 'const struct ggml_type_traits *ggml_get_type_traits(enum ggml_type)',
  ggml_is_empty: 'bool ggml_is_empty(const struct ggml_tensor *)',
  ggml_get_name: 'const char *ggml_get_name(const struct ggml_tensor *)',
  ggml_nelements: 'int64_t ggml_nelements(const struct ggml_tensor *)',
  ggml_backend_tensor_get: 'void ggml_backend_tensor_get(const struct ggml_tensor *, void *, size_t, size_t)',

  // model
  llama_model_default_params: 'struct llama_model_params llama_model_default_params(void)',
  llama_model_load_from_file:
    'struct llama_model *llama_model_load_from_file(const char *, struct llama_model_params)',
  llama_model_free: 'void llama_model_free(struct llama_model *)',
  llama_model_get_vocab: 'const struct llama_vocab *llama_model_get_vocab(const struct llama_model *)',
  llama_model_n_ctx_train: 'int32_t llama_model_n_ctx_train(const struct llama_model *)',
  llama_model_n_embd: 'int32_t llama_model_n_embd(const struct llama_model *)',
  llama_model_n_embd_out: 'int32_t llama_model_n_embd_out(const struct llama_model *)',
  llama_model_n_layer: 'int32_t llama_model_n_layer(const struct llama_model *)',
  llama_model_n_params: 'uint64_t llama_model_n_params(const struct llama_model *)',
  llama_model_size: 'uint64_t llama_model_size(const struct llama_model *)',
  llama_model_has_encoder: 'bool llama_model_has_encoder(const struct llama_model *)',
  llama_model_has_decoder: 'bool llama_model_has_decoder(const struct llama_model *)',
  llama_model_is_recurrent: 'bool llama_model_is_recurrent(const struct llama_model *)',
  llama_model_is_hybrid: 'bool llama_model_is_hybrid(const struct llama_model *)',
  llama_model_is_diffusion: 'bool llama_model_is_diffusion(const struct llama_model *)',
  llama_model_chat_template:
    'const char *llama_model_chat_template(const struct llama_model *, const char *)',
  llama_model_meta_val_str:
    'int32_t llama_model_meta_val_str(const struct llama_model *, const char *, char *, size_t)',

  // vocabulary
  llama_vocab_type: 'enum llama_vocab_type llama_vocab_type(const struct llama_vocab *)',
  llama_vocab_n_tokens: 'int32_t llama_vocab_n_tokens(const struct llama_vocab *)',
  llama_vocab_get_text: 'const char *llama_vocab_get_text(const struct llama_vocab *, llama_token)',
  llama_vocab_get_attr: 'enum llama_token_attr llama_vocab_get_attr(const struct llama_vocab *, llama_token)',
  llama_vocab_is_eog: 'bool llama_vocab_is_eog(const struct llama_vocab *, llama_token)',
  llama_vocab_is_control: 'bool llama_vocab_is_control(const struct llama_vocab *, llama_token)',
  llama_vocab_bos: 'llama_token llama_vocab_bos(const struct llama_vocab *)',
  llama_vocab_eos: 'llama_token llama_vocab_eos(const struct llama_vocab *)',
  llama_vocab_eot: 'llama_token llama_vocab_eot(const struct llama_vocab *)',
  llama_vocab_mask: 'llama_token llama_vocab_mask(const struct llama_vocab *)',
  llama_vocab_get_add_bos: 'bool llama_vocab_get_add_bos(const struct llama_vocab *)',
  llama_vocab_get_add_eos: 'bool llama_vocab_get_add_eos(const struct llama_vocab *)',
  llama_vocab_get_suppress_tokens:
    'const llama_token *llama_vocab_get_suppress_tokens(const struct llama_vocab *, int32_t *)',
  llama_tokenize:
    'int32_t llama_tokenize(const struct llama_vocab *, const char * /* bytes */, int32_t, llama_token *, int32_t, bool, bool)',
  llama_token_to_piece:
    'int32_t llama_token_to_piece(const struct llama_vocab *, llama_token, char *, int32_t, int32_t, bool)',
  llama_detokenize:
    'int32_t llama_detokenize(const struct llama_vocab *, const llama_token *, int32_t, char *, int32_t, bool, bool)',

  // adapters
  llama_adapter_lora_init:
    'struct llama_adapter_lora *llama_adapter_lora_init(struct llama_model *, const char *)',
  llama_adapter_lora_free: 'void llama_adapter_lora_free(struct llama_adapter_lora *)',
  llama_set_adapters_lora:
    'int32_t llama_set_adapters_lora(struct llama_context *, struct llama_adapter_lora **, size_t, float *)',

  // control vectors
  llama_set_adapter_cvec:
    'int32_t llama_set_adapter_cvec(struct llama_context *, const float *, size_t, int32_t, int32_t, int32_t)',

  // context
  llama_context_default_params: 'struct llama_context_params llama_context_default_params(void)',
  llama_init_from_model:
    'struct llama_context *llama_init_from_model(struct llama_model *, struct llama_context_params)',
  llama_free: 'void llama_free(struct llama_context *)',
  llama_n_ctx: 'uint32_t llama_n_ctx(const struct llama_context *)',
  llama_n_ctx_seq: 'uint32_t llama_n_ctx_seq(const struct llama_context *)',
  llama_n_batch: 'uint32_t llama_n_batch(const struct llama_context *)',
  llama_n_seq_max: 'uint32_t llama_n_seq_max(const struct llama_context *)',
  llama_get_memory: 'llama_memory_t llama_get_memory(const struct llama_context *)',
  llama_memory_seq_rm: 'bool llama_memory_seq_rm(llama_memory_t, llama_seq_id, llama_pos, llama_pos)',
  llama_memory_seq_cp:
    'void llama_memory_seq_cp(llama_memory_t, llama_seq_id, llama_seq_id, llama_pos, llama_pos)',
  llama_memory_seq_pos_min: 'llama_pos llama_memory_seq_pos_min(llama_memory_t, llama_seq_id)',
  llama_memory_seq_pos_max: 'llama_pos llama_memory_seq_pos_max(llama_memory_t, llama_seq_id)',
  llama_decode: 'int32_t llama_decode(struct llama_context *, struct llama_batch)',
  llama_set_abort_callback:
    'void llama_set_abort_callback(struct llama_context *, ggml_abort_callback, void *)',
  llama_synchronize: 'void llama_synchronize(struct llama_context *)',
  llama_get_embeddings_seq: 'float *llama_get_embeddings_seq(struct llama_context *, llama_seq_id)',
  llama_get_logits_ith: 'float *llama_get_logits_ith(struct llama_context *, int32_t)',

  // samplers
  llama_sampler_chain_default_params:
    'struct llama_sampler_chain_params llama_sampler_chain_default_params(void)',
  llama_sampler_chain_init:
    'struct llama_sampler *llama_sampler_chain_init(struct llama_sampler_chain_params)',
  llama_sampler_chain_add: 'void llama_sampler_chain_add(struct llama_sampler *, struct llama_sampler *)',
  llama_sampler_chain_n: 'int llama_sampler_chain_n(const struct llama_sampler *)',
  llama_sampler_chain_get: 'struct llama_sampler *llama_sampler_chain_get(struct llama_sampler *, int32_t)',
  llama_sampler_name: 'const char *llama_sampler_name(const struct llama_sampler *)',
  llama_sampler_accept: 'void llama_sampler_accept(struct llama_sampler *, llama_token)',
  llama_sampler_apply: 'void llama_sampler_apply(struct llama_sampler *, llama_token_data_array *)',
  llama_sampler_clone: 'struct llama_sampler *llama_sampler_clone(const struct llama_sampler *)',
  llama_sampler_free: 'void llama_sampler_free(struct llama_sampler *)',
  llama_sampler_sample:
    'llama_token llama_sampler_sample(struct llama_sampler *, struct llama_context *, int32_t)',
  llama_sampler_init_greedy: 'struct llama_sampler *llama_sampler_init_greedy(void)',
  llama_sampler_init_dist: 'struct llama_sampler *llama_sampler_init_dist(uint32_t)',
  llama_sampler_init_top_k: 'struct llama_sampler *llama_sampler_init_top_k(int32_t)',
  llama_sampler_init_top_p: 'struct llama_sampler *llama_sampler_init_top_p(float, size_t)',
  llama_sampler_init_min_p: 'struct llama_sampler *llama_sampler_init_min_p(float, size_t)',
  llama_sampler_init_typical: 'struct llama_sampler *llama_sampler_init_typical(float, size_t)',
  llama_sampler_init_temp: 'struct llama_sampler *llama_sampler_init_temp(float)',
  llama_sampler_init_temp_ext: 'struct llama_sampler *llama_sampler_init_temp_ext(float, float, float)',
  llama_sampler_init_xtc: 'struct llama_sampler *llama_sampler_init_xtc(float, float, size_t, uint32_t)',
  llama_sampler_init_top_n_sigma: 'struct llama_sampler *llama_sampler_init_top_n_sigma(float)',
  llama_sampler_init_mirostat:
    'struct llama_sampler *llama_sampler_init_mirostat(int32_t, uint32_t, float, float, int32_t)',
  llama_sampler_init_mirostat_v2:
    'struct llama_sampler *llama_sampler_init_mirostat_v2(uint32_t, float, float)',
  llama_sampler_init_grammar:
    'struct llama_sampler *llama_sampler_init_grammar(const struct llama_vocab *, const char *, const char *)',
  llama_sampler_init_penalties:
    'struct llama_sampler *llama_sampler_init_penalties(int32_t, int32_t, float, float, float)',
  llama_sampler_init_dry:
    'struct llama_sampler *llama_sampler_init_dry(const struct llama_vocab *, float, float, int32_t, int32_t, const char **, size_t)',
  llama_sampler_init_adaptive_p:
    'struct llama_sampler *llama_sampler_init_adaptive_p(float, float, uint32_t)',
  llama_sampler_init_logit_bias:
    'struct llama_sampler *llama_sampler_init_logit_bias(int32_t, int32_t, const llama_logit_bias *)',
  llama_sampler_init_infill: 'struct llama_sampler *llama_sampler_init_infill(const struct llama_vocab *)',
}
