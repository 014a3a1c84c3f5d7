/**
 * Longest that the event loop is held while 16 texts with 16 different prompts are written and streamed, beside
 * what an idle process sees at the same time: on a busy machine both wait for a processor.
 *
 *     node bench/native/event-loop.bench.mjs [rounds] [threads]
 */
import { modelFile } from './models.mjs'
import { median, printTable, startSide } from './sides.mjs'

const rounds = Number(process.argv[2] ?? 3)
const threads = Number(process.argv[3] ?? 1)
const rows = {}
for (const name of ['43M F16', '128k vocabulary Q8_0']) {
  const settings = { model: await modelFile(name), threads, sequences: 16, prefix: 256, tokens: 64 }
  const ours = await startSide('side-woolgather.mjs', settings)
  const idle = await startSide('side-idle.mjs', settings)
  const results = []
  for (let round = 0; round <= rounds; round++) {
    await idle.ask({ task: 'begin' })
    const result = await ours.ask({ task: 'delay', round })
    results.push({ ...result, idle: (await idle.ask({ task: 'end' })).max })
  }
  ours.stop()
  idle.stop()
  const measured = results.slice(1)
  rows[name] = {
    'longest ms, median': Number(median(measured.map(({ max }) => max)).toFixed(1)),
    'longest ms, worst': Number(Math.max(...measured.map(({ max }) => max)).toFixed(1)),
    'idle process, longest ms, median': Number(median(measured.map(({ idle }) => idle)).toFixed(1)),
    'p99 ms, median': Number(median(measured.map(({ p99 }) => p99)).toFixed(1)),
  }
}
printTable(`Event-loop delay, 16 × 64 tokens, ${threads} thread(s), ${rounds} rounds`, rows)
console.log('Goal: longest at most 50 ms')
