/**
 * 16 texts of 64 tokens from one 256-token prompt: this project against node-llama-cpp's own API, on the same model
 * and threads, each in its own process, taking turns. Ratios are of medians; 1 is equal, more is faster here.
 *
 *     node bench/native/shared-prefix.bench.mjs [rounds] [threads]
 */
import { modelFile } from './models.mjs'
import { median, printTable, startSide } from './sides.mjs'

const rounds = Number(process.argv[2] ?? 5)
const threads = Number(process.argv[3] ?? 1)
const rows = {}
for (const name of ['43M F16', '128k vocabulary Q8_0']) {
  const settings = { model: await modelFile(name), threads, sequences: 16, prefix: 256, tokens: 64 }
  const ours = await startSide('side-woolgather.mjs', settings)
  const theirs = await startSide('side-node-llama-cpp.mjs', settings)
  const times = { woolgather: [], evaluate: [], copied: [] }
  for (let round = 0; round <= rounds; round++) {
    const results = {
      woolgather: await ours.ask({ task: 'prefix', round }),
      evaluate: await theirs.ask({ task: 'evaluate', round }),
      copied: await theirs.ask({ task: 'copied', round }),
    }
    for (const [side, { ms, tokens }] of Object.entries(results)) {
      if (tokens !== 16 * 64) throw new Error(`${side} wrote ${tokens} tokens instead of ${16 * 64}`)
      // The first round warms up caches and compilers on every side.
      if (round > 0) times[side].push(ms)
    }
  }
  ours.stop()
  theirs.stop()
  const base = median(times.woolgather)
  rows[name] = {
    'woolgather ms': Math.round(base),
    'evaluate() ms': Math.round(median(times.evaluate)),
    'controlledEvaluate, copied state ms': Math.round(median(times.copied)),
    '× evaluate()': Number((median(times.evaluate) / base).toFixed(2)),
    '× controlledEvaluate': Number((median(times.copied) / base).toFixed(2)),
  }
}
printTable(`16 × 64 tokens over a shared 256-token prefix, ${threads} thread(s), median of ${rounds}`, rows)
console.log('Goal on 43M F16: × evaluate() at least 2.5, × controlledEvaluate at least 1.2')
