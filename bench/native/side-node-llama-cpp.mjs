import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { getLlama, LlamaLogLevel } from 'node-llama-cpp'
import { randomTokens, serve, settings } from './sides.mjs'

const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  maxThreads: settings.threads,
  logLevel: LlamaLogLevel.disabled,
})
const model = await llama.loadModel({ modelPath: settings.model })
const context = await model.createContext({
  sequences: settings.sequences,
  contextSize: 512,
  batchSize: 512,
  threads: settings.threads,
})
const sequences = Array.from({ length: settings.sequences }, () => context.getSequence())
const stateFile = path.join(tmpdir(), `bench-state-${process.pid}.bin`)
const sampling = (seed) => ({ temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed })

async function evaluate(sequence, tokens, seed) {
  let count = 0
  for await (const _ of sequence.evaluate(tokens, { ...sampling(seed), yieldEogToken: true })) {
    if (++count === settings.tokens) break
  }
  return count
}

async function controlledEvaluate(sequence, last, seed) {
  let token = last
  for (let count = 0; count < settings.tokens; count++) {
    const output = await sequence.controlledEvaluate([
      [token, { generateNext: { token: true, options: sampling(seed + count) } }],
    ])
    token = output[0].next.token
  }
  return settings.tokens
}

async function timed(run) {
  for (const sequence of sequences) await sequence.clearHistory()
  const start = performance.now()
  const counts = await run()
  return { ms: performance.now() - start, tokens: counts.reduce((sum, count) => sum + count, 0) }
}

serve({
  evaluate: ({ round }) =>
    timed(() => {
      const tokens = randomTokens(settings.prefix, round)
      return Promise.all(sequences.map((sequence, seed) => evaluate(sequence, tokens, seed)))
    }),
  /** The prefix is decoded once; the public API copies its state through a file. */
  copied: ({ round }) =>
    timed(async () => {
      const tokens = randomTokens(settings.prefix, round)
      const [first, ...others] = sequences
      await first.evaluateWithoutGeneratingNewTokens(tokens.slice(0, -1))
      await first.saveStateToFile(stateFile)
      for (const sequence of others) await sequence.loadStateFromFile(stateFile, { acceptRisk: true })
      rmSync(stateFile)
      return Promise.all(sequences.map((sequence, seed) => controlledEvaluate(sequence, tokens.at(-1), seed)))
    }),
})
