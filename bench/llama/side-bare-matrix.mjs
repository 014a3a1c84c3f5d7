/**
 * The least that a matrix can take: one decode call per step for all sequences, a sampler chain each, on the same
 * libraries, and nothing else.
 */
import { loadNative } from '@woolgather/ggml'
import { internal } from './side-llama.mjs'

export const cells = 64
const native = await loadNative({ gpu: 'cpu' })
const { api } = native
const { NativeModel } = await internal('native/native-model.js')
const { NativeContext } = await internal('native/native-context.js')

/** A context for `bareDecode`. */
export async function openBare(path) {
  const model = await NativeModel.load(native, { path, gpuLayers: 0 })
  const options = { contextSize: 8192, batchSize: 512, sequences: cells, threads: 1 }
  const context = await NativeContext.create(native, model, options)
  return {
    context,
    tokenize: (text) => model.vocabulary.tokenize(text, { special: true, addBos: true }),
    async close() {
      await context.dispose()
      await model.dispose()
    },
  }
}

export async function bareDecode(context, prompt, tokens) {
  const chains = Array.from({ length: cells }, (_, seed) => {
    const chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
    for (const sampler of [
      api.llama_sampler_init_top_k(40),
      api.llama_sampler_init_top_p(0.95, 0),
      api.llama_sampler_init_min_p(0.05, 0),
      api.llama_sampler_init_temp(0.8),
      api.llama_sampler_init_dist(seed),
    ]) {
      api.llama_sampler_chain_add(chain, sampler)
    }
    return chain
  })
  const last = prompt.length - 1
  await context.decode(
    prompt.map((token, position) => ({ token, position, sequence: 0, logits: position === last })),
  )
  for (let sequence = 1; sequence < cells; sequence++) context.copySequence(0, sequence, prompt.length)
  let next = chains.map((chain) => api.llama_sampler_sample(chain, context.pointer, last))
  for (let count = 1; count < tokens; count++) {
    const position = prompt.length + count - 1
    await context.decode(
      next.map((token, sequence) => ({ token: Math.max(0, token), position, sequence, logits: true })),
    )
    next = chains.map((chain, index) => api.llama_sampler_sample(chain, context.pointer, index))
  }
  for (let sequence = 0; sequence < cells; sequence++) context.removeTokens(sequence, 0)
  for (const chain of chains) api.llama_sampler_free(chain)
}
