/**
 * A control vector trained from 64 pairs on the demo model, and the hook for constraints over a 128k vocabulary.
 *
 *     node bench/llama/steering.bench.mjs [rounds]
 */
import path from 'node:path'
import { createLlama } from '@woolgather/llama'
import { modelFile } from '../native/models.mjs'
import { median, printTable, randomTokens } from '../native/sides.mjs'
import { demoModel, endless, measure } from './side-llama.mjs'
import { openWorker } from './side-worker.mjs'

const rounds = Number(process.argv[2] ?? 5)
const llama = await createLlama({ gpu: 'cpu', threads: 1 })

const worker = await openWorker(path.dirname(demoModel))
const times = []
const processorTimes = []
for (let round = 0; round < rounds; round++) {
  const training = {
    model: { type: 'loading/model', inputs: { file: path.basename(demoModel) } },
    vector: {
      type: 'steering/control-vector',
      inputs: {
        positive: ['gloomy'],
        negative: ['happy'],
        templates: ['animals', 'space', 'the sea', 'castles'].map(
          (topic) => `Tell me a {{word}} story about ${topic}.`,
        ),
        repeat: 16,
        seed: 1000 * round,
      },
      links: { model: ['model', 'model'] },
    },
  }
  const { ms, cpuMs, result } = await measure(() => worker.run(training))
  const pairs = result.find(({ node }) => node === 'vector').outputs.pairs
  if (pairs !== 64) throw new Error(`${pairs} pairs instead of 64`)
  times.push(ms)
  processorTimes.push(cpuMs)
}
await worker.close()
printTable('A control vector from 64 pairs, answered and read, demo model', {
  'all blocks': {
    ms: Math.round(median(times)),
    'ms of processor time': Math.round(median(processorTimes)),
    'of the aim': Number((median(times) / 3000).toFixed(2)),
  },
})
console.log('Goal: at most 3,000 ms.')

const model = await llama.loadModel({ path: await modelFile('128k vocabulary Q8_0'), contextSize: 2048 })
const words = Math.ceil(model.info.vocabSize / 32)
/** Allows every n-th token, from a mask that is ready. */
function every(n) {
  const ready = new Uint32Array(words)
  const ends = new Set(model.endTokens())
  let count = 0
  for (let token = 0; token < model.info.vocabSize; token += n) {
    if (ends.has(token)) continue
    ready[token >>> 5] |= 1 << (token & 31)
    count++
  }
  return {
    allowed: (mask) => {
      mask.set(ready)
      return count
    },
    accept: () => true,
    isComplete: false,
  }
}
const sampling = { logitBias: endless(model) }
const run = (round, constraint) =>
  model.generate({
    prompt: { tokens: randomTokens(16, round) },
    seed: 1,
    maxTokens: 64,
    sampling,
    constraint,
  })
const rows = {}
for (const [name, n] of [
  ['1 of 10,000', 10_000],
  ['1 of 10', 10],
  ['all', 1],
]) {
  const ratios = { wall: [], cpu: [] }
  for (let round = 0; round <= rounds; round++) {
    const plain = await measure(() => run(round))
    const constrained = await measure(() => run(round, every(n)))
    if (round === 0) continue
    ratios.wall.push(plain.result.generateMs / constrained.result.generateMs)
    ratios.cpu.push(plain.cpuMs / constrained.cpuMs)
  }
  rows[name] = {
    'of the unconstrained speed': Number(median(ratios.wall).toFixed(3)),
    'by processor time': Number(median(ratios.cpu).toFixed(3)),
    'of the aim of 0.94': Number((median(ratios.wall) / 0.94).toFixed(3)),
  }
}
printTable('Constrained by a ready mask, one text, 128k vocabulary', rows)
console.log('With masks computed on the way: constrained.bench.mjs.')
await llama[Symbol.asyncDispose]()
