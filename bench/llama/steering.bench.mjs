/**
 * Hidden states of 64 pairs on the demo model, and the hook for constraints over a 128k vocabulary.
 *
 *     node bench/llama/steering.bench.mjs [rounds]
 */
import { createLlama } from '@woolgather/llama'
import { modelFile } from '../native/models.mjs'
import { median, printTable, randomTokens } from '../native/sides.mjs'
import { demoModel, endless, measure } from './side-llama.mjs'

const rounds = Number(process.argv[2] ?? 5)
const llama = await createLlama({ gpu: 'cpu', threads: 1 })

const demo = await llama.loadModel({ path: demoModel })
const topics = ['animals', 'space', 'the sea', 'castles', 'food']
const texts = ['gloomy', 'happy'].flatMap((mood) =>
  Array.from({ length: 64 }, (_, index) => {
    const { text } = demo.formatChat([
      { role: 'user', content: `Tell me a ${mood} story about ${topics[index % 5]}.` },
    ])
    const story = `Once there was a ${mood} hero, number ${index}. ${`The day was ${mood}. `.repeat(8)}`
    return { after: { text, special: true }, text: { text: story } }
  }),
)
const layers = Array.from({ length: demo.info.layers - 1 }, (_, index) => index + 1)
const times = []
for (let round = 0; round < rounds; round++) {
  const { ms } = await measure(async () => {
    const states = await demo.readStates({ texts, layers })
    return new Map(layers.map((layer) => [layer, meanDifference(states, layer)]))
  })
  times.push(ms)
}
printTable('A control vector from 64 pairs, demo model', { 'all layers': { ms: Math.round(median(times)) } })
console.log('Goal: under 3,000 ms.')

function meanDifference(states, layer) {
  const direction = new Float32Array(demo.info.embeddingSize)
  states.forEach((state, index) => {
    const sign = index < states.length / 2 ? 1 : -1
    state.get(layer).forEach((value, at) => (direction[at] += (2 * sign * value) / states.length))
  })
  return direction
}

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
  const ratios = []
  for (let round = 0; round <= rounds; round++) {
    const plain = await run(round)
    const constrained = await run(round, every(n))
    if (round > 0) ratios.push(plain.generateMs / constrained.generateMs)
  }
  rows[name] = { 'of the unconstrained speed': Number(median(ratios).toFixed(3)) }
}
printTable('Constrained by a ready mask, one text, 128k vocabulary', rows)
console.log('Goal: at least 0.94, computing the mask included.')
await llama[Symbol.asyncDispose]()
