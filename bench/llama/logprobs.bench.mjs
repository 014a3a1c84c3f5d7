/**
 * What noting log-probabilities costs: 36 texts of 32 tokens, with none, 0 and 5 alternatives, by turns. Worth seeing on
 * a large vocabulary.
 *
 *     node bench/llama/logprobs.bench.mjs MODEL.gguf [rounds]
 */
import { createLlama } from '@woolgather/llama'
import { median, printTable } from '../native/sides.mjs'
import { demoModel, endless, measure } from './side-llama.mjs'

const rounds = Number(process.argv[3] ?? 5)
const llama = await createLlama({ gpu: 'cpu', threads: 1 })
const model = await llama.loadModel({ path: process.argv[2] ?? demoModel, contextSize: 2048 })
const prompts = ['The capital of France is', 'Once upon a time', 'Recipe for a chocolate cake:', 'The river']
const sampling = { logitBias: endless(model) }
const run = (logprobs) =>
  Promise.all(
    Array.from({ length: 36 }, (_, seed) =>
      model.generate({ prompt: { text: prompts[seed % 4] }, seed, maxTokens: 32, sampling, logprobs }),
    ),
  )

const costs = new Map([undefined, 0, 5].map((logprobs) => [logprobs, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [logprobs, times] of costs) {
    const { cpuMs } = await measure(() => run(logprobs))
    if (round > 0) times.push(cpuMs)
  }
}
const plain = costs.get(undefined)
printTable(
  `Log-probabilities over ${model.info.vocabSize} tokens`,
  Object.fromEntries(
    [...costs].map(([logprobs, times]) => [
      logprobs ?? 'none',
      {
        'ms of processor time a token': Number((median(times) / 36 / 32).toFixed(2)),
        'of none': Number(median(times.map((time, round) => time / plain[round])).toFixed(3)),
      },
    ]),
  ),
)
console.log('Goal: at most 1.1 of none with 5; nothing to speak of with 0.')
await llama[Symbol.asyncDispose]()
