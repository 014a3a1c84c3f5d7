import { addressOf, loadNative, type Native, type SamplerPointer, type VocabPointer } from '@woolgather/ggml'
import path from 'node:path'
import { root } from './scratch.ts'

/** Bytes of a `llama_token_data`: id, logit and probability. */
const entryBytes = 12

/** The demo model's tokens, and llama.cpp's own grammars over them. */
export interface NativeGrammars extends Disposable {
  readonly tokens: readonly Uint8Array[]
  readonly endTokens: readonly number[]
  /** A grammar before its first token; `undefined` where llama.cpp refuses it (left recursion, say). */
  begin(gbnf: string): NativeGrammar | undefined
}

export async function openNativeGrammars(): Promise<NativeGrammars> {
  const native = await loadNative({ gpu: 'cpu' })
  const { api } = native
  const file = path.join(root, 'models/demo/storyteller.gguf')
  const model = api.llama_model_load_from_file(file, { ...api.llama_model_default_params(), n_gpu_layers: 0 })
  if (model === null) throw new Error(`llama.cpp does not load ${file}`)
  const vocab = api.llama_model_get_vocab(model)
  const ids = Array.from({ length: api.llama_vocab_n_tokens(vocab) }, (_, token) => token)
  const tokens = ids.map((token) => readPiece(native, vocab, token))
  return {
    tokens,
    endTokens: ids.filter((token) => api.llama_vocab_is_eog(vocab, token)),
    begin(gbnf) {
      const sampler = api.llama_sampler_init_grammar(vocab, gbnf, 'root')
      return sampler === null ? undefined : new NativeGrammar(native, sampler, tokens.length)
    },
    [Symbol.dispose]: () => api.llama_model_free(model),
  }
}

function readPiece({ api }: Native, vocab: VocabPointer, token: number): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(256))
  return bytes.slice(0, Math.max(0, api.llama_token_to_piece(vocab, token, bytes, bytes.length, 0, false)))
}

/** Where one text stands to a grammar. */
export class NativeGrammar implements Disposable {
  readonly #native: Native
  readonly #sampler: SamplerPointer
  readonly #ids: Int32Array
  readonly #logits: Float32Array
  readonly #struct = new Uint8Array(new ArrayBuffer(128))

  constructor(native: Native, sampler: SamplerPointer, size: number) {
    this.#native = native
    this.#sampler = sampler
    this.#ids = new Int32Array(new ArrayBuffer(size * entryBytes))
    this.#logits = new Float32Array(this.#ids.buffer)
  }

  /** Tokens that may come next, ascending. */
  allowed(): number[] {
    const size = this.#ids.length / 3
    for (let token = 0; token < size; token++) {
      this.#ids[3 * token] = token
      this.#logits[3 * token + 1] = 0
    }
    const struct = new DataView(this.#struct.buffer)
    struct.setBigUint64(0, addressOf(this.#ids), true)
    struct.setBigUint64(8, BigInt(size), true)
    struct.setBigInt64(16, -1n, true)
    struct.setUint8(24, 0)
    this.#native.api.llama_sampler_apply(this.#sampler, this.#struct)
    return Array.from({ length: size }, (_, token) => token).filter(
      (token) => this.#logits[3 * token + 1] !== -Infinity,
    )
  }

  /** @param token one that is allowed: any other would end the process */
  accept(token: number): void {
    this.#native.api.llama_sampler_accept(this.#sampler, token)
  }

  [Symbol.dispose](): void {
    this.#native.api.llama_sampler_free(this.#sampler)
  }
}
