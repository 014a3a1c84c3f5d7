// How cells and rows go on several machines: rates by workers, and what NATS costs over a folder of one machine.
import { startFarm } from './farm.mjs'

const rounds = Number(process.argv[2] ?? 5)
const waiting = { cells: 320, milliseconds: 20 }
const trivial = Number(process.argv[3] ?? 2_000)

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const spread = (values) =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} – ${Math.max(...values).toFixed(2)})`

/**
 * Seconds of each farm, and processor seconds of all its processes, in turn, so that what else the machine does hits all of
 * them. The first round warms up.
 */
async function inTurn(farms, secondsOf) {
  const times = farms.map(() => [])
  const costs = farms.map(() => [])
  for (let round = 0; round <= rounds; round++)
    for (const [index, farm] of farms.entries()) {
      const before = farm.processorSeconds()
      const seconds = await secondsOf(farm)
      if (round === 0) continue
      times[index].push(seconds)
      costs[index].push(farm.processorSeconds() - before)
    }
  return { times, costs }
}

const ratios = (times, base) => times.map((seconds, index) => base[index] / seconds)

async function withFarms(kinds, use) {
  const farms = []
  for (const kind of kinds) farms.push(await startFarm(...kind))
  try {
    await use(farms)
  } finally {
    for (const farm of farms) await farm.stop()
  }
}

await withFarms(
  [1, 2, 4].map((workers) => ['nats', workers, ['--cells', '1']]),
  async (farms) => {
    const { times } = await inTurn(farms, (farm) => farm.sweep(waiting.cells, waiting.milliseconds))
    const [one, two, four] = times
    const rate = (times) => (waiting.cells / median(times)).toFixed(0)
    console.log(
      `cells that wait 20 ms, one at a time a worker: ${rate(one)}, ${rate(two)}, ${rate(four)} a second`,
    )
    console.log(
      `  with two workers × ${spread(ratios(two, one))}, with four × ${spread(ratios(four, one))} (goal 3.6)`,
    )
  },
)

await withFarms(
  [
    ['folder', 1],
    ['nats', 1],
    ['nats', 3],
    ['none', 0],
  ],
  async (farms) => {
    const { times, costs } = await inTurn(farms, (farm) => farm.batch(trivial, 0))
    const [folder, nats, three, own] = times
    const rate = (times) => (trivial / median(times)).toFixed(0)
    console.log(
      `trivial rows: a folder ${rate(folder)}, NATS ${rate(nats)}, with three workers ${rate(three)}, a server’s own worker ${rate(own)} a second`,
    )
    console.log(
      `  NATS of the folder’s rate × ${spread(ratios(nats, folder))} (goal 0.7); three workers of one × ${spread(ratios(three, nats))}`,
    )
    const extra = nats.map((seconds, index) => ((seconds - folder[index]) / trivial) * 1_000)
    const cost = (index) => ((median(costs[index]) / trivial) * 1_000).toFixed(2)
    console.log(`  a cell over the folder’s: ${spread(extra)} ms (goal 1)`)
    console.log(
      `  processor time a row: a folder ${cost(0)} ms, NATS ${cost(1)} ms, a server’s own worker ${cost(3)} ms`,
    )
  },
)
