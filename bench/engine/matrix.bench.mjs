// A matrix of 10,000 trivial cells, a chain of 100,000 nodes, and how soon the first of 50 nodes begins.
import { createMemoryCache, executeWorkflow } from '../../packages/engine/dist/index.js'
import { chain, matrix, registry } from './graphs.mjs'

function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(workflow) {
  let cellBytes = 0
  let events = 0
  let firstStart
  const began = performance.now()
  const before = cpu()
  const { status, errors, outputs } = await executeWorkflow({
    workflow,
    registry,
    services: {},
    cache: createMemoryCache(),
    emit: (event) => {
      if (event.type === 'cell.started') firstStart ??= performance.now() - began
      events++
      if (event.type.startsWith('cell.') && event.node === 'cell') cellBytes += JSON.stringify(event).length
    },
  })
  if (status !== 'completed') throw new Error(JSON.stringify(errors[0]))
  return { cpu: cpu() - before, cellBytes, events, firstStart, outputs }
}

await measure(matrix(20, 20))
const big = await measure(matrix(100, 100))
const writing = big.cellBytes / 10_000
console.log(
  `matrix of ${String(big.outputs.count.count)} cells: ${(big.cpu / 10_000).toFixed(4)} ms of CPU per cell (limit 0.1, writing the events as JSON included), ${writing.toFixed(0)} bytes of events per cell (limit 300)`,
)

const long = await measure(chain(100_000))
console.log(`chain of 100,000: ${(long.cpu / 100_000).toFixed(4)} ms of CPU per node, ${long.events} events`)

const small = await measure(chain(50))
console.log(`first of 50 nodes began after ${small.firstStart.toFixed(1)} ms (limit 100)`)
