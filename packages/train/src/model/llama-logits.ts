import {
  addressOf,
  callAsync,
  viewFloats,
  type ContextPointer,
  type ModelPointer,
  type Native,
} from '@woolgather/ggml'
import { WoolgatherError } from '@woolgather/workflow'

/**
 * What llama.cpp itself computes for some tokens: the logits after the last ones, one row after another. In full precision, and
 * with the weights as the file has them, so that it can be held against another computation.
 * @throws WoolgatherError model-unreadable, native-error
 */
export async function llamaLogits(
  native: Native,
  { path, threads }: { path: string; threads: number },
  tokens: Int32Array,
  last: number,
): Promise<Float32Array> {
  const { api } = native
  const model = await callAsync(api.llama_model_load_from_file, path, {
    ...api.llama_model_default_params(),
    n_gpu_layers: 0,
    use_extra_bufts: false,
  })
  if (model === null) throw new WoolgatherError('model-unreadable', 'llama.cpp cannot load the model.')
  try {
    return await decode(native, model, { tokens, last, threads })
  } finally {
    api.llama_model_free(model)
  }
}

const floats = 0

async function decode(
  { api }: Native,
  model: ModelPointer,
  { tokens, last, threads }: { tokens: Int32Array; last: number; threads: number },
): Promise<Float32Array> {
  const context = api.llama_init_from_model(model, {
    ...api.llama_context_default_params(),
    n_ctx: 256,
    n_batch: tokens.length,
    n_ubatch: tokens.length,
    n_threads: threads,
    n_threads_batch: threads,
    flash_attn_type: 0,
    type_k: floats,
    type_v: floats,
    offload_kqv: false,
    op_offload: false,
  })
  if (context === null) throw new WoolgatherError('native-error', 'llama.cpp cannot make a context.')
  try {
    const vocabulary = api.llama_vocab_n_tokens(api.llama_model_get_vocab(model))
    return await readLogits(api, context, { tokens, last, vocabulary })
  } finally {
    api.llama_free(context)
  }
}

async function readLogits(
  api: Native['api'],
  context: ContextPointer,
  { tokens, last, vocabulary }: { tokens: Int32Array; last: number; vocabulary: number },
): Promise<Float32Array> {
  const count = tokens.length
  const token = new Int32Array(new ArrayBuffer(count * 4))
  token.set(tokens)
  const positions = Int32Array.from(token.keys())
  const wanted = new Int8Array(new ArrayBuffer(count)).fill(1, count - last)
  const sequence = new Int32Array(new ArrayBuffer(4))
  const sequences = new BigUint64Array(new ArrayBuffer(count * 8)).fill(addressOf(sequence))
  const sizes = new Int32Array(new ArrayBuffer(count * 4)).fill(1)
  const status = await callAsync(api.llama_decode, context, {
    n_tokens: count,
    token: addressOf(token),
    embd: null,
    pos: addressOf(positions),
    n_seq_id: addressOf(sizes),
    seq_id: addressOf(sequences),
    logits: addressOf(wanted),
  })
  if (status !== 0) throw new WoolgatherError('native-error', `llama.cpp cannot read tokens (${status}).`)
  const all = new Float32Array(last * vocabulary)
  for (let row = 0; row < last; row++) {
    const logits = api.llama_get_logits_ith(context, count - last + row)
    if (logits === null) throw new WoolgatherError('native-error', 'llama.cpp gives no logits.')
    all.set(viewFloats(logits, vocabulary), row * vocabulary)
  }
  return all
}
