// CPU time per node of chains, meshes and wide graphs of trivial nodes, cold and fully cached in memory.
import { createMemoryCache, executeWorkflow } from '../../packages/engine/dist/index.js'
import { chain, mesh, registry, wide } from './graphs.mjs'

const shapes = { chain, mesh, wide }
const sizes = [1_000, 10_000]
const limits = { cold: 0.04, cached: 0.02, growth: 1.3 }

/** Milliseconds of CPU of this process, user and system. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(workflow, cache) {
  globalThis.gc?.()
  const before = cpu()
  const { status, errors } = await executeWorkflow({
    workflow,
    registry,
    services: {},
    cache,
    emit: () => {},
  })
  if (status !== 'completed') throw new Error(JSON.stringify(errors[0]))
  return cpu() - before
}

/** Best of three: other work on the machine only ever adds. */
async function best(run) {
  const times = []
  for (let i = 0; i < 3; i++) times.push(await run())
  return Math.min(...times)
}

const results = []
for (const [name, build] of Object.entries(shapes)) {
  await measure(build(500), createMemoryCache())
  const row = { shape: name }
  for (const size of sizes) {
    const workflow = build(size)
    row[`cold ${size}`] = (await best(() => measure(workflow, createMemoryCache()))) / size
    const cache = createMemoryCache()
    await measure(workflow, cache)
    row[`cached ${size}`] = (await best(() => measure(workflow, cache))) / size
  }
  row.growth = row['cold 10000'] / row['cold 1000']
  results.push(row)
}
console.log('milliseconds of CPU per node')
console.table(
  results.map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k, typeof v === 'number' ? +v.toFixed(4) : v])),
  ),
)
const bad = results.filter(
  (row) =>
    row['cold 10000'] > limits.cold || row['cached 10000'] > limits.cached || row.growth > limits.growth,
)
console.log(
  bad.length === 0
    ? 'within limits'
    : `outside limits (cold ${limits.cold}, cached ${limits.cached}, growth ${limits.growth}): ${bad.map((row) => row.shape).join(', ')}`,
)
