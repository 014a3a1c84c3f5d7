/**
 * A workflow of 64 cells (8 temperatures × 8 seeds) as a worker runs it, plan, cache, events and all, against the bare
 * batched decode of as many sequences.
 *
 *     node bench/llama/matrix-run.bench.mjs [rounds]
 */
import path from 'node:path'
import { modelFile } from '../native/models.mjs'
import { median, printTable } from '../native/sides.mjs'
import { bareDecode, cells, openBare } from './side-bare-matrix.mjs'
import { demoModel, measure } from './side-llama.mjs'
import { openWorker } from './side-worker.mjs'

const rounds = Number(process.argv[2] ?? 5)
const warmUp = 2
const tokens = 32
const prompts = [
  'animals',
  'space',
  'the sea',
  'castles',
  'food',
  'winter',
  'music',
  'a garden',
  'rain',
  'sheep',
]

const matrix = (file, prompt) => ({
  model: { type: 'loading/model', inputs: { file, contextSize: 8192 } },
  temperatures: { type: 'matrix/axis', inputs: { values: '0.25-2 (+0.25)' } },
  seeds: { type: 'matrix/axis', inputs: { values: '1-8' } },
  story: {
    type: 'generation/generate',
    inputs: { prompt, maxTokens: tokens },
    links: {
      model: ['model', 'model'],
      temperature: ['temperatures', 'value'],
      seed: ['seeds', 'value'],
    },
  },
  grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
  lengths: { type: 'matrix/grid', links: { values: ['story', 'tokens'] } },
})

const rows = {}
for (const [name, file] of [
  ['demo model', demoModel],
  ['43M F16', await modelFile('43M F16')],
  ['128k vocabulary Q8_0', await modelFile('128k vocabulary Q8_0')],
]) {
  const worker = await openWorker(path.dirname(file))
  const bare = await openBare(file)
  const ratios = { wall: [], cpu: [] }
  let speed = 0
  for (let round = 0; round < warmUp + rounds; round++) {
    const prompt = `Tell me story ${round} about ${prompts[round % prompts.length]}.`
    const ours = await measure(() => worker.run(matrix(path.basename(file), prompt)))
    const written = ours.result
      .filter(({ node }) => node === 'story')
      .reduce((sum, { outputs }) => sum + outputs.tokens, 0)
    const least = await measure(() => bareDecode(bare.context, bare.tokenize(prompt), tokens))
    if (round < warmUp) continue
    // A text may end before `tokens`, so it is speeds that are compared.
    const share = written / (cells * tokens)
    ratios.wall.push((share * least.ms) / ours.ms)
    ratios.cpu.push((share * least.cpuMs) / ours.cpuMs)
    speed = Math.max(speed, (1000 * written) / ours.ms)
  }
  const round3 = (values) => Number(median(values).toFixed(3))
  rows[name] = {
    'tokens/s': Math.round(speed),
    ratio: round3(ratios.wall),
    'ratio of processor time': round3(ratios.cpu),
    'of the aim of 0.85': Number((median(ratios.wall) / 0.85).toFixed(3)),
  }
  await bare.close()
  await worker.close()
}
printTable(`A workflow of 64 cells of ${tokens} tokens, 1 thread, median of ${rounds}`, rows)
console.log('Goal: ratio at least 0.85.')
process.exit(0)
