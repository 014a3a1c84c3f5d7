/**
 * One text at a time against a bare decode loop on the same libraries (`side-bare.mjs`): what this project adds.
 *
 *     node bench/native/single.bench.mjs [rounds] [threads]
 */
import { modelFile } from './models.mjs'
import { median, printTable, startSide } from './sides.mjs'

const rounds = Number(process.argv[2] ?? 9)
const threads = Number(process.argv[3] ?? 1)
const rows = {}
for (const name of ['43M F16', '128k vocabulary Q8_0']) {
  const settings = { model: await modelFile(name), threads, sequences: 1, tokens: 128 }
  const ours = await startSide('side-woolgather.mjs', settings)
  const bare = await startSide('side-bare.mjs', settings)
  const ratios = { wall: [], cpu: [] }
  const speeds = { ours: [], bare: [] }
  for (let round = 0; round <= rounds; round++) {
    const mine = await ours.ask({ task: 'single', round })
    const least = await bare.ask({ task: 'single', round })
    if (round === 0) continue
    speeds.ours.push((1000 * mine.tokens) / mine.ms)
    speeds.bare.push((1000 * least.tokens) / least.ms)
    ratios.wall.push(speeds.ours.at(-1) / speeds.bare.at(-1))
    ratios.cpu.push(least.cpuMs / mine.cpuMs)
  }
  ours.stop()
  bare.stop()
  rows[name] = {
    'woolgather tokens/s': Math.round(median(speeds.ours)),
    'bare loop tokens/s': Math.round(median(speeds.bare)),
    ratio: Number(median(ratios.wall).toFixed(3)),
    'ratio of processor time': Number(median(ratios.cpu).toFixed(3)),
  }
}
printTable(`One text of 128 tokens, ${threads} thread(s), median of ${rounds}`, rows)
console.log(
  'Goal: ratio at least 0.97. Where other programs compute too, the ratio of processor time tells more.',
)
