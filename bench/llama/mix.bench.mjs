/**
 * A mix of two prompts against two plain texts in one batch, and the combining and sampling of one token apart.
 *
 *     node bench/llama/mix.bench.mjs [rounds]
 */
import { loadNative } from '@woolgather/ggml'
import { createLlama } from '@woolgather/llama'
import { modelFile } from '../native/models.mjs'
import { median, printTable, randomTokens } from '../native/sides.mjs'
import { endless, internal, measure } from './side-llama.mjs'

const rounds = Number(process.argv[2] ?? 7)
const tokens = 48
const file = await modelFile('128k vocabulary Q8_0')
const llama = await createLlama({ gpu: 'cpu', threads: 1 })
const model = await llama.loadModel({ path: file, contextSize: 4096, maxSequences: 4 })
const sampling = { logitBias: endless(model) }

const plain = (prompt, seed) =>
  model.generate({ prompt: { tokens: prompt }, seed, maxTokens: tokens, sampling })
const mixed = (prompts, coefficients, plausibility) =>
  model.generate({
    prompt: {
      terms: prompts.map((prompt, index) => ({
        prompt: { tokens: prompt },
        coefficient: coefficients[index],
      })),
      plausibility,
    },
    seed: 1,
    maxTokens: tokens,
    sampling,
  })

const ratios = { 'α 0.01': [], 'α 0': [], 'α 0.01, processor time': [] }
for (let round = 0; round <= rounds; round++) {
  const prompts = [randomTokens(24, 3 * round), randomTokens(24, 3 * round + 1)]
  await Promise.all(prompts.map((prompt) => plain(prompt, 1)))
  const two = await measure(() => Promise.all(prompts.map(plain)))
  const cut = await measure(() => mixed(prompts, [1.5, -0.5], 0.01))
  const whole = await measure(() => mixed(prompts, [1.5, -0.5], 0))
  if (round === 0) continue
  ratios['α 0.01'].push(cut.ms / two.ms)
  ratios['α 0'].push(whole.ms / two.ms)
  ratios['α 0.01, processor time'].push(cut.cpuMs / two.cpuMs)
}
const medians = Object.entries(ratios).map(([name, values]) => [name, Number(median(values).toFixed(3))])
printTable(
  `A mix of two prompts / two plain texts, ${tokens} tokens, 128k vocabulary`,
  Object.fromEntries(medians),
)
console.log(`Goal: at most 1.15; ${(median(ratios['α 0.01']) / 1.15).toFixed(2)} of it.`)
await llama[Symbol.asyncDispose]()

// The part of a step that is not decoding.
const native = await loadNative()
const { NativeModel } = await internal('native/native-model.js')
const { NativeContext } = await internal('native/native-context.js')
const { Sampler } = await internal('sampling/sampler.js')
const { TokenChooser } = await internal('sampling/choose-token.js')
const { LogitsRow } = await internal('native/logits-row.js')
const { combineLogits } = await internal('mixing/combine-logits.js')
const { findPlausible } = await internal('mixing/plausible-tokens.js')
const { defaultSampling } = await internal('sampling/defaults.js')

const raw = await NativeModel.load(native, { path: file, gpuLayers: 0 })
const context = await NativeContext.create(native, raw, {
  contextSize: 256,
  batchSize: 32,
  sequences: 8,
  threads: 1,
})
const { vocabulary } = raw
const steps = {}
for (const count of [2, 3, 6]) {
  for (const alpha of [0.01, 0]) {
    const sampler = await Sampler.create(native, {
      sampling: defaultSampling,
      seed: 1,
      vocabulary,
      contextSize: 256,
    })
    const chooser = new TokenChooser(sampler, vocabulary, undefined)
    const coefficients = count === 2 ? [1.5, -0.5] : [1.4, ...Array(count - 1).fill(-0.4 / (count - 1))]
    const times = []
    for (let step = 0; step < 30; step++) {
      const entries = coefficients.map((_, sequence) => ({
        token: sequence + step,
        position: step,
        sequence,
        logits: true,
      }))
      await context.decode(entries)
      const start = performance.now()
      const rows = coefficients.map((coefficient, index) => ({ row: context.logits(index), coefficient }))
      const allowed = alpha > 0 && {
        tokens: chooser.scratch,
        count: findPlausible(rows, alpha, chooser.scratch),
      }
      combineLogits(rows)
      await chooser.choose(new LogitsRow(context, 0, false), {
        constraint: undefined,
        allowed: allowed || undefined,
      })
      times.push(performance.now() - start)
    }
    sampler.dispose()
    for (let sequence = 0; sequence < count; sequence++) context.removeTokens(sequence, 0)
    steps[`${count} prompts, α ${alpha}`] = { 'ms a token': Number(median(times.slice(5)).toFixed(3)) }
  }
}
printTable('Combining and sampling, 128k vocabulary', steps)
console.log(`Goal for 2 prompts: at most 1.0 ms; ${steps['2 prompts, α 0.01']['ms a token']} of it.`)
await context.dispose()
await raw.dispose()
