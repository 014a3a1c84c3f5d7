/**
 * A matrix of 64 cells (8 temperatures × 8 seeds) against the bare batched decode of 64 sequences with a sampler
 * chain each, on the same libraries; and what the same matrix costs where it is to be reproducible.
 *
 *     node bench/llama/matrix.bench.mjs [rounds]
 */
import { createLlama } from '@woolgather/llama'
import { modelFile } from '../native/models.mjs'
import { median, printTable, randomTokens } from '../native/sides.mjs'
import { bareDecode, cells, openBare } from './side-bare-matrix.mjs'
import { demoModel, endless, measure } from './side-llama.mjs'

const rounds = Number(process.argv[2] ?? 5)
/** The first rounds also compile this JavaScript. */
const warmUp = 2
const tokens = 32
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
  const alone = await openBare(path)
  const ratios = { wall: [], cpu: [], strict: [] }
  let speed = 0
  for (let round = 0; round < warmUp + rounds; round++) {
    const prompt = randomTokens(24, round)
    const ours = await measure(() => matrix(model, prompt))
    const bare = await measure(() => bareDecode(alone.context, prompt, tokens))
    const same = await measure(() => matrix(strict, prompt))
    if (round < warmUp) continue
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
    'of the aim of 0.85': Number((median(ratios.wall) / 0.85).toFixed(3)),
    'reproducible / usual': round3(ratios.strict),
  }
  await alone.close()
  await strict[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
}
printTable(`64 cells of ${tokens} tokens, 1 thread, median of ${rounds}`, rows)
console.log('Goal: ratio at least 0.85.')
await llama[Symbol.asyncDispose]()
