import { createLlama } from '@woolgather/llama'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { randomTokens, serve, settings, withCpuTime } from './sides.mjs'

const llama = await createLlama({ gpu: 'cpu' })
const model = await llama.loadModel({
  path: settings.model,
  threads: settings.threads,
  contextSize: 8192,
  maxSequences: settings.sequences,
})
const controls = [...Array(4).keys()].map((index) => ({
  token: model.info.vocabSize - 1 - index,
  bias: -Infinity,
}))

serve({
  /** 16 texts from one prefix. */
  async prefix({ round }) {
    const tokens = randomTokens(settings.prefix, round)
    const start = performance.now()
    const results = await Promise.all(
      Array.from({ length: settings.sequences }, (_, seed) =>
        model.generate({
          prompt: { tokens },
          seed,
          maxTokens: settings.tokens,
          sampling: { logitBias: controls },
        }),
      ),
    )
    return {
      ms: performance.now() - start,
      tokens: results.reduce((sum, { tokens }) => sum + tokens.length, 0),
    }
  },
  /** One text, timed from its first token on. */
  single({ round }) {
    return withCpuTime(async () => {
      const result = await model.generate({
        prompt: { tokens: randomTokens(16, round) },
        seed: 1,
        maxTokens: settings.tokens,
        sampling: { logitBias: controls },
      })
      return { ms: result.generateMs, tokens: result.tokens.length - 1 }
    })
  },
  /** Longest that the event loop was held, over texts that stream. */
  async delay({ round }) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await Promise.all(
      Array.from({ length: settings.sequences }, (_, seed) =>
        model.generate({
          prompt: { tokens: randomTokens(settings.prefix, round * 100 + seed) },
          seed,
          maxTokens: settings.tokens,
          sampling: { logitBias: controls },
          onText: () => undefined,
        }),
      ),
    )
    delay.disable()
    return { max: delay.max / 1e6, p99: delay.percentile(99) / 1e6 }
  },
})
