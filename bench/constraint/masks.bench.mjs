// Masks over a byte-pair vocabulary of 128,000 tokens along valid random walks, pooled over all jobs.
// Limits: mean 50 µs, 99th percentile 466 µs.
import { compile, createVocabulary } from '../../packages/constraint/dist/index.js'
import { jobs } from './jobs.mjs'
import { loadVocabulary } from './train-vocabulary.mjs'

const walks = 20
const longestWalk = 200

const tokens = loadVocabulary()
const end = tokens.length - 1
const began = performance.now()
const vocabulary = createVocabulary(tokens, { endTokens: [end] })
console.log(`vocabulary of ${tokens.length} tokens: trie in ${(performance.now() - began).toFixed(0)} ms`)

const random = mulberry(7)
const mask = new Uint32Array((tokens.length + 31) >>> 5)
const kinds = tokens.map(([first]) => kindOf(first))

function mulberry(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Letters are one kind, digits one, every other byte its own: so that walks leave strings, not only fill them. */
function kindOf(byte) {
  if (byte === undefined) return 'end'
  const character = String.fromCharCode(byte)
  if (/[a-zA-Z]/.test(character)) return 'letter'
  if (/[0-9]/.test(character)) return 'digit'
  return byte >= 0x80 ? 'wide' : character
}

function draw() {
  const byKind = new Map()
  for (let word = 0; word < mask.length; word++) {
    for (let bits = mask[word]; bits !== 0; bits &= bits - 1) {
      const token = word * 32 + (31 - Math.clz32(bits & -bits))
      const kind = kinds[token]
      const list = byKind.get(kind)
      if (list === undefined) byKind.set(kind, [token])
      else list.push(token)
    }
  }
  const lists = [...byKind.values()]
  const list = lists[Math.floor(random() * lists.length)]
  return list[Math.floor(random() * list.length)]
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const column = (value, width) => String(value).padStart(width)
const processorTime = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}
const pooled = []
const pooledProcessor = []
const accepts = []

console.log('job                    compile ms   masks   mean µs    p99 µs    max µs   states   mask kB')
for (const { name, source } of jobs) {
  const before = performance.now()
  const constraint = compile(source, vocabulary)
  const compiled = performance.now() - before
  const times = []
  for (let walk = 0; walk < walks; walk++) {
    const state = constraint.start()
    for (let step = 0; step < longestWalk; step++) {
      const processor = processorTime()
      const start = performance.now()
      const count = state.allowed(mask)
      times.push((performance.now() - start) * 1000)
      pooledProcessor.push(processorTime() - processor)
      if (count === 0) throw new Error(`${name}: dead end`)
      const token = draw()
      if (token === end) break
      const accepting = performance.now()
      if (!state.accept(token)) throw new Error(`${name}: an allowed token was refused`)
      accepts.push((performance.now() - accepting) * 1000)
    }
  }
  pooled.push(...times)
  times.sort((a, b) => a - b)
  const { states, maskBytes } = constraint.size
  console.log(
    name.padEnd(22) +
      column(compiled.toFixed(0), 11) +
      column(times.length, 8) +
      column(mean(times).toFixed(1), 10) +
      column(percentile(times, 0.99).toFixed(0), 10) +
      column(times.at(-1).toFixed(0), 10) +
      column(states, 9) +
      column((maskBytes / 1024).toFixed(0), 10),
  )
}
const summary = (values, unit) => {
  values.sort((a, b) => a - b)
  const [middle, high, most] = [percentile(values, 0.5), percentile(values, 0.99), values.at(-1)]
  return `mean ${mean(values).toFixed(1)} ${unit}, 99th percentile ${high.toFixed(0)}, median ${middle.toFixed(1)}, max ${most.toFixed(0)}`
}
console.log(
  `pooled over ${jobs.length} jobs, ${pooled.length} masks (limits: mean 50 µs, 99th percentile 466 µs)`,
)
console.log(`  on the clock:      ${summary(pooled, 'µs')}`)
const share = (value, aim) => `${(value / aim).toFixed(2)} of the aim`
console.log(
  `                     mean ${share(mean(pooled), 50)}, 99th percentile ${share(percentile(pooled, 0.99), 466)}`,
)
// What the clock would show on an idle machine; helper threads of the engine count too.
console.log(`  processor time:    ${summary(pooledProcessor, 'µs')}`)
console.log(`  accepting a token: ${summary(accepts, 'µs')}`)
globalThis.gc?.()
const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`
console.log(
  `memory at the end: ${megabytes(heapUsed)} of heap, ${megabytes(arrayBuffers)} of buffers, ${megabytes(rss)} resident`,
)
