import { byteVocabulary, writeGguf } from '@woolgather/ggml/testing'
import { loadNative, quantizeRows, rowBytes } from '@woolgather/ggml'

/** A Qwen2 of given sizes, whose matrices all hold one random row again and again: it computes as long as a real one. */
export async function writeStack(file, { blocks, width, feedForward, heads, groups, vocabulary, type }) {
  const { api } = await loadNative({ gpu: 'cpu' })
  const floats = (name, size, value) => ({
    ...{ name, type: 'F32', shape: [size], bytes: size * 4 },
    data: () => new Uint8Array(new Float32Array(size).fill(value).buffer),
  })
  const matrix = (name, columns, rows) => ({
    ...{ name, type, shape: [columns, rows], bytes: rowBytes(api, type, columns) * rows },
    data() {
      const row = Float32Array.from(
        { length: columns },
        (_, at) => Math.sin(at * 12.9898) / Math.sqrt(columns),
      )
      const bytes = quantizeRows(api, type, row, columns)
      const all = new Uint8Array(bytes.length * rows)
      for (let at = 0; at < rows; at++) all.set(bytes, at * bytes.length)
      return all
    },
  })
  const size = width / heads
  const tensors = Array.from({ length: blocks }, (_, block) => {
    const name = (part) => `blk.${block}.${part}`
    return [
      ...[floats(name('attn_norm.weight'), width, 1), floats(name('ffn_norm.weight'), width, 1)],
      ...[matrix(name('attn_q.weight'), width, width), floats(name('attn_q.bias'), width, 0)],
      ...[matrix(name('attn_k.weight'), width, size * groups), floats(name('attn_k.bias'), size * groups, 0)],
      ...[matrix(name('attn_v.weight'), width, size * groups), floats(name('attn_v.bias'), size * groups, 0)],
      ...[
        matrix(name('attn_output.weight'), width, width),
        matrix(name('ffn_gate.weight'), width, feedForward),
      ],
      ...[
        matrix(name('ffn_up.weight'), width, feedForward),
        matrix(name('ffn_down.weight'), feedForward, width),
      ],
    ]
  }).flat()
  const figures = {
    'general.architecture': { text: 'qwen2' },
    'qwen2.block_count': { u32: blocks },
    'qwen2.context_length': { u32: 4_096 },
    'qwen2.embedding_length': { u32: width },
    'qwen2.feed_forward_length': { u32: feedForward },
    'qwen2.attention.head_count': { u32: heads },
    'qwen2.attention.head_count_kv': { u32: groups },
    'qwen2.attention.layer_norm_rms_epsilon': { f32: 1e-6 },
    'qwen2.rope.freq_base': { f32: 1_000_000 },
  }
  writeGguf(file, { ...figures, ...byteVocabulary(vocabulary) }, [
    matrix('token_embd.weight', width, vocabulary),
    ...tensors,
    floats('output_norm.weight', width, 1),
  ])
}
