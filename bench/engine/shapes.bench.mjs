// CPU time per node of chains, meshes and wide graphs of trivial nodes, cold and fully cached in memory.
import { createMemoryCache, executeWorkflow } from '../../packages/engine/dist/index.js'
import { chain, mesh, registry, wide } from './graphs.mjs'

const shapes = { chain, mesh, wide }
const sizes = [1_000, 10_000]
const nodesPerBlock = 30_000
const limits = { cold: 0.04, cached: 0.02, growth: 1.3 }

/** Milliseconds of CPU of this process, user and system. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function run(workflow, cache) {
  const { status, errors } = await executeWorkflow({
    workflow,
    registry,
    services: {},
    cache,
    emit: () => {},
  })
  if (status !== 'completed') throw new Error(JSON.stringify(errors[0]))
}

/**
 * Milliseconds of CPU per node, collecting garbage included: each size runs as many nodes in all, so that what they
 * leave behind is paid for alike. Best of three blocks: other work on the machine only ever adds.
 */
async function costPerNode(workflow, size, makeCache) {
  const runs = nodesPerBlock / size
  const costs = []
  for (let block = 0; block < 3; block++) {
    const before = cpu()
    for (let i = 0; i < runs; i++) await run(workflow, makeCache())
    costs.push((cpu() - before) / nodesPerBlock)
  }
  return Math.min(...costs)
}

const results = []
for (const [name, build] of Object.entries(shapes)) {
  for (let i = 0; i < 5; i++) await run(build(2_000), createMemoryCache())
  const row = { shape: name }
  for (const size of sizes) {
    const workflow = build(size)
    row[`cold ${size}`] = await costPerNode(workflow, size, () => createMemoryCache())
    const cache = createMemoryCache()
    await run(workflow, cache)
    row[`cached ${size}`] = await costPerNode(workflow, size, () => cache)
  }
  row['growth cold'] = row['cold 10000'] / row['cold 1000']
  row['growth cached'] = row['cached 10000'] / row['cached 1000']
  results.push(row)
}
console.log('milliseconds of CPU per node')
console.table(
  results.map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k, typeof v === 'number' ? +v.toFixed(4) : v])),
  ),
)
const limitOf = {
  'cold 10000': limits.cold,
  'cached 10000': limits.cached,
  'growth cold': limits.growth,
  'growth cached': limits.growth,
}
for (const row of results) {
  for (const [figure, limit] of Object.entries(limitOf)) {
    if (row[figure] > limit)
      console.log(`${row.shape}: ${figure} is ${row[figure].toFixed(3)}, limit ${limit}`)
  }
}
