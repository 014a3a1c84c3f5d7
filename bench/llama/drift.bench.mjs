/**
 * How far rounding moves the log-probability of a token on bare llama.cpp: the same text read whole, in parts, and
 * behind another text, each beside the first. What scores and noted log-probabilities cannot be closer than.
 *
 *     node bench/llama/drift.bench.mjs MODEL.gguf
 */
import { loadNative } from '@woolgather/ggml'
import { printTable } from '../native/sides.mjs'
import { demoModel, internal } from './side-llama.mjs'

const { NativeModel } = await internal('native/native-model.js')
const { NativeContext } = await internal('native/native-context.js')
const { logSumExp } = await internal('mixing/log-probabilities.js')

const text =
  'Once there was a fox who lived by the sea. Every morning he walked to the beach and looked at the water. ' +
  'One day he met a dog who came from the hills. They sat down on the sand and talked about the weather. ' +
  'In the evening the dog went home, and the fox walked back to his house and read a book.'
const native = await loadNative({ gpu: 'cpu' })
const model = await NativeModel.load(native, { path: process.argv[2] ?? demoModel, gpuLayers: 0 })
const tokens = model.vocabulary.tokenize(text, { special: false, addBos: true })

const whole = await read(tokens.length)
const ways = {
  'read whole again': [tokens.length],
  'token by token': [1],
  'by sevens': [7],
  'behind 40 tokens': [tokens.length, 40],
}
const rows = {}
for (const [way, [part, before]] of Object.entries(ways)) rows[way] = compare(await read(part, before))
printTable(`${tokens.length - 1} tokens, nats apart from those read whole`, rows)
await model.dispose()

/** Log-probabilities of the tokens, read `part` at a time, behind `before` tokens of another sequence. */
async function read(part, before = 0) {
  const options = { contextSize: 512, batchSize: 512, sequences: 2, threads: 1 }
  const context = await NativeContext.create(native, model, options)
  const entry = (sequence) => (token, position) => ({ token, position, sequence, logits: sequence === 0 })
  if (before > 0) await context.decode(tokens.slice(-before).map(entry(1)))
  const logprobs = []
  for (let start = 0; start < tokens.length; start += part) {
    const batch = tokens.map(entry(0)).slice(start, start + part)
    await context.decode(batch)
    for (const [index, { position }] of batch.entries()) {
      const row = context.logits(index)
      if (position + 1 < tokens.length) logprobs.push(row[tokens[position + 1]] - logSumExp(row))
    }
  }
  await context.dispose()
  return logprobs
}

function compare(logprobs) {
  const apart = logprobs.map((logprob, index) => Math.abs(logprob - whole[index]))
  const mean = apart.reduce((sum, one) => sum + one, 0) / apart.length
  return { mean: Number(mean.toFixed(4)), most: Number(Math.max(...apart).toFixed(3)) }
}
