/** The least that can be done: decode one token, sample it, repeat, with nothing else in the loop. */
import { addressOf, callAsync, loadNative } from '@woolgather/ggml'
import { randomTokens, serve, settings, withCpuTime } from './sides.mjs'

const { api } = await loadNative({ gpu: 'cpu' })
const model = await callAsync(
  api.llama_model_load_from_file,
  settings.model,
  api.llama_model_default_params(),
)
const context = api.llama_init_from_model(model, {
  ...api.llama_context_default_params(),
  n_ctx: 8192,
  n_batch: 512,
  n_threads: settings.threads,
  n_threads_batch: settings.threads,
})
const memory = api.llama_get_memory(context)

function buildChain() {
  const chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
  for (const sampler of [
    api.llama_sampler_init_top_k(40),
    api.llama_sampler_init_top_p(0.95, 0),
    api.llama_sampler_init_min_p(0.05, 0),
    api.llama_sampler_init_temp(0.8),
    api.llama_sampler_init_dist(1),
  ]) {
    api.llama_sampler_chain_add(chain, sampler)
  }
  return chain
}

const tokens = new Int32Array(new ArrayBuffer(4 * 512))
const batch = { token: addressOf(tokens), embd: null, pos: null, n_seq_id: null, seq_id: null, logits: null }

serve({
  single: ({ round }) => withCpuTime(() => decodeLoop(round)),
})

function decodeLoop(round) {
  const chain = buildChain()
  const prompt = randomTokens(16, round)
  api.llama_memory_seq_rm(memory, -1, -1, -1)
  tokens.set(prompt)
  api.llama_decode(context, { ...batch, n_tokens: prompt.length })
  tokens[0] = api.llama_sampler_sample(chain, context, -1)
  const one = { ...batch, n_tokens: 1 }
  const start = performance.now()
  for (let count = 1; count < settings.tokens; count++) {
    api.llama_decode(context, one)
    tokens[0] = api.llama_sampler_sample(chain, context, -1)
  }
  const ms = performance.now() - start
  api.llama_sampler_free(chain)
  return { ms, tokens: settings.tokens - 1 }
}
