import { loadNative, quantizeRows, rowBytes, type TensorType } from '@woolgather/ggml'
import {
  byteVocabulary,
  randomValues,
  writeGguf,
  type GgufTensor,
  type GgufValue,
} from '@woolgather/ggml/testing'

export interface ArchitectureOptions {
  architecture: 'llama' | 'qwen2' | 'qwen3' | 'gemma' | 'gemma2' | 'gemma3' | 'phi3'
  /** Of matrices; norms and biases stay F32. */
  type?: TensorType
  width?: number
  layers?: number
  /** How far local blocks look back, of gemma2 and gemma3. */
  window?: number
  /** Besides, or in place of, what it has by its architecture. */
  figures?: Readonly<Record<string, GgufValue>>
  seed?: number
}

/** What the architectures have besides, or otherwise. */
const features = {
  llama: { head: true, ropeFactors: true },
  qwen2: { biases: true },
  qwen3: { headNorms: true, head: true },
  gemma: {},
  gemma2: { postNorms: true },
  gemma3: { headNorms: true, postNorms: true },
  phi3: { head: true, fused: true },
} as const satisfies Record<ArchitectureOptions['architecture'], Partial<Record<string, true>>>

const [vocabulary, heads, groups, feedForward] = [320, 4, 2, 128]

/** A tiny model with seeded random weights of an architecture that can be trained. */
export async function writeRandomArchitecture(path: string, options: ArchitectureOptions): Promise<void> {
  const { api } = await loadNative({ gpu: 'cpu' })
  const { architecture, type = 'F32', width = 64, layers = 2, window = 0, seed = 1 } = options
  const has: Partial<Record<string, true>> = features[architecture]
  let next = seed * 1_000
  const stored = (name: string, shape: number[], values: Float32Array, own: TensorType): GgufTensor => ({
    name,
    type: own,
    shape,
    bytes: (rowBytes(api, own, shape[0]!) * values.length) / shape[0]!,
    data: () => (own === 'F32' ? new Uint8Array(values.buffer) : quantizeRows(api, own, values, shape[0]!)),
  })
  const matrix = (name: string, columns: number, rows: number, scale = 1): GgufTensor =>
    stored(name, [columns, rows], randomValues(next++, columns * rows, scale / Math.sqrt(columns)), type)
  const vector = (name: string, size: number, around = 1): GgufTensor =>
    stored(
      name,
      [size],
      randomValues(next++, size, 0.2).map((value) => value + around),
      'F32',
    )
  const size = width / heads
  const block = (index: number): GgufTensor[] => {
    const name = (part: string): string => `blk.${index}.${part}`
    const inner = feedForward * (width / 64)
    const tensors = [
      vector(name('attn_norm.weight'), width),
      matrix(name('attn_output.weight'), width, width),
      vector(name('ffn_norm.weight'), width),
      matrix(name('ffn_down.weight'), inner, width),
    ]
    if (has['fused']) {
      tensors.push(
        matrix(name('attn_qkv.weight'), width, width + 2 * size * groups),
        matrix(name('ffn_up.weight'), width, 2 * inner),
      )
    } else {
      tensors.push(
        matrix(name('attn_q.weight'), width, width, 2),
        matrix(name('attn_k.weight'), width, size * groups, 2),
        matrix(name('attn_v.weight'), width, size * groups),
        matrix(name('ffn_gate.weight'), width, inner),
        matrix(name('ffn_up.weight'), width, inner),
      )
    }
    if (has['biases']) {
      tensors.push(vector(name('attn_q.bias'), width, 0))
      tensors.push(
        vector(name('attn_k.bias'), size * groups, 0),
        vector(name('attn_v.bias'), size * groups, 0),
      )
    }
    if (has['headNorms'])
      tensors.push(vector(name('attn_q_norm.weight'), size), vector(name('attn_k_norm.weight'), size))
    if (has['postNorms']) {
      tensors.push(
        vector(name('post_attention_norm.weight'), width),
        vector(name('post_ffw_norm.weight'), width),
      )
    }
    return tensors
  }
  const tensors = [
    matrix('token_embd.weight', width, vocabulary, 2),
    ...Array.from({ length: layers }, (_, index) => block(index)).flat(),
    vector('output_norm.weight', width),
    ...(has['head'] ? [matrix('output.weight', width, vocabulary, 2)] : []),
    ...(has['ropeFactors'] ? [vector('rope_freqs.weight', size / 2, 1.5)] : []),
    ...(has['fused']
      ? [
          vector('rope_factors_long.weight', size / 2, 2.5),
          vector('rope_factors_short.weight', size / 2, 1.2),
        ]
      : []),
  ]
  const figures: Record<string, GgufValue> = {
    block_count: { u32: layers },
    context_length: { u32: 512 },
    embedding_length: { u32: width },
    feed_forward_length: { u32: feedForward * (width / 64) },
    'attention.head_count': { u32: heads },
    'attention.head_count_kv': { u32: groups },
    'attention.key_length': { u32: size },
    'attention.value_length': { u32: size },
    'attention.layer_norm_rms_epsilon': { f32: 1e-5 },
    'rope.freq_base': { f32: architecture === 'gemma3' ? 1_000_000 : 10_000 },
    ...(['llama', 'phi3'].includes(architecture) && { 'rope.dimension_count': { u32: size } }),
    ...(window > 0 && { 'attention.sliding_window': { u32: window } }),
    ...options.figures,
  }
  const own = Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [`${architecture}.${key}`, value]),
  )
  writeGguf(
    path,
    { 'general.architecture': { text: architecture }, ...own, ...byteVocabulary(vocabulary) },
    tensors,
  )
}
