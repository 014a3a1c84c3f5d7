/**
 * A matrix of 64 cells (8 temperatures × 8 seeds) against the bare batched decode of 64 sequences with a sampler
 * chain each, on the same libraries; and what the same matrix costs where it is to be reproducible.
 *
 *     node bench/llama/matrix.bench.mjs [rounds]
 */
import { loadNative } from '@woolgather/ggml'
import { createLlama } from '@woolgather/llama'
import { modelFile } from '../native/models.mjs'
import { median, printTable, randomTokens } from '../native/sides.mjs'
import { demoModel, endless, internal, measure } from './side-llama.mjs'

const rounds = Number(process.argv[2] ?? 3)
const cells = 64
const tokens = 32
const native = await loadNative({ gpu: 'cpu' })
const { api } = native
const { NativeModel } = await internal('native/native-model.js')
const { NativeContext } = await internal('native/native-context.js')

/** One decode call per step for all, one chain per sequence, and nothing else. */
async function bareDecode(context, prompt) {
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

const llama = await createLlama({ gpu: 'cpu', threads: 1 })
const rows = {}
for (const [name, path] of [
  ['demo model', demoModel],
  ['43M F16', await modelFile('43M F16')],
  ['128k vocabulary Q8_0', await modelFile('128k vocabulary Q8_0')],
]) {
  const model = await llama.loadModel({ path, contextSize: 8192, maxSequences: cells })
  const strict = await llama.loadModel({
    path,
    contextSize: 256 * cells,
    maxSequences: cells,
    reproducible: true,
  })
  const sampling = (temperature) => ({ temperature, logitBias: endless(model) })
  const matrix = (one, prompt) =>
    Promise.all(
      Array.from({ length: cells }, (_, cell) =>
        one.generate({
          prompt: { tokens: prompt },
          seed: cell % 8,
          maxTokens: tokens,
          sampling: sampling(0.25 * (1 + Math.floor(cell / 8))),
        }),
      ),
    )
  const raw = await NativeModel.load(native, { path, gpuLayers: 0 })
  const options = { contextSize: 8192, batchSize: 512, sequences: cells, threads: 1 }
  const context = await NativeContext.create(native, raw, options)
  const ratios = { wall: [], cpu: [], strict: [] }
  let speed = 0
  for (let round = 0; round <= rounds; round++) {
    const prompt = randomTokens(24, round)
    const ours = await measure(() => matrix(model, prompt))
    const bare = await measure(() => bareDecode(context, prompt))
    const same = await measure(() => matrix(strict, prompt))
    if (round === 0) continue
    ratios.wall.push(bare.ms / ours.ms)
    ratios.cpu.push(bare.cpuMs / ours.cpuMs)
    ratios.strict.push(ours.ms / same.ms)
    speed = Math.max(speed, (1000 * cells * tokens) / ours.ms)
  }
  const round3 = (values) => Number(median(values).toFixed(3))
  rows[name] = {
    'tokens/s': Math.round(speed),
    ratio: round3(ratios.wall),
    'ratio of processor time': round3(ratios.cpu),
    'reproducible / usual': round3(ratios.strict),
  }
  await context.dispose()
  await raw.release()
  await strict[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
}
printTable(`64 cells of ${tokens} tokens, 1 thread, median of ${rounds}`, rows)
console.log('Goal: ratio at least 0.85.')
await llama[Symbol.asyncDispose]()
