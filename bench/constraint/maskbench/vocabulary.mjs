import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadNative } from '../../../packages/ggml/dist/index.js'

const root = path.join(import.meta.dirname, '../../..')

/** Llama 3's vocabulary, which llama.cpp's sources hold; they come with its bindings. */
export function llamaVocabulary() {
  const folder = path.join(tmpdir(), 'woolgather-bench')
  const file = path.join(folder, 'ggml-vocab-llama-bpe.gguf')
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const sources = path.join(folder, 'llama.cpp.git')
  const bundle = path.join(root, 'node_modules/node-llama-cpp/llama/gitRelease.bundle')
  if (!existsSync(sources)) execFileSync('git', ['clone', '-q', '--bare', bundle, sources])
  const blob = ['-C', sources, 'cat-file', 'blob', 'HEAD:models/ggml-vocab-llama-bpe.gguf']
  writeFileSync(file, execFileSync('git', blob, { maxBuffer: 2 ** 28 }))
  return file
}

/** Bytes of the tokens of a GGUF file, and its tokenizer, both as llama.cpp has them. */
export async function openVocabulary(file) {
  const { api } = await loadNative({ gpu: 'cpu' })
  const model = api.llama_model_load_from_file(file, {
    ...api.llama_model_default_params(),
    n_gpu_layers: 0,
    vocab_only: true,
  })
  if (model === null) throw new Error(`llama.cpp does not load ${file}`)
  const vocab = api.llama_model_get_vocab(model)
  const ids = Array.from({ length: api.llama_vocab_n_tokens(vocab) }, (_, token) => token)
  const piece = new Uint8Array(1_024)
  return {
    tokens: ids.map((token) =>
      piece.slice(0, Math.max(0, api.llama_token_to_piece(vocab, token, piece, piece.length, 0, false))),
    ),
    endTokens: ids.filter((token) => api.llama_vocab_is_eog(vocab, token)),
    tokenize: (text) => {
      const bytes = new TextEncoder().encode(text)
      const found = new Int32Array(bytes.length + 8)
      const count = api.llama_tokenize(vocab, bytes, bytes.length, found, found.length, false, false)
      if (count < 0) throw new Error(`The text takes ${-count} tokens`)
      return found.subarray(0, count)
    },
  }
}
