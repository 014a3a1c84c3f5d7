// Elements a second of every merge method, one thread, 32-bit floats in memory, beside a plain copy.
// CPU time, as other work on the machine makes wall time meaningless; the best of some runs, each measured alone.
// Options: --elements=N (16 million), --only=METHOD
import { parseArgs } from 'node:util'
import { methods, planChunks, startMerge } from '../../packages/merge/dist/index.js'

const { values: options } = parseArgs({
  options: { elements: { type: 'string', default: String(2 ** 24) }, only: { type: 'string' } },
})
const columns = 4096
const rows = Math.ceil(Number(options.elements) / columns)
const elements = rows * columns
const runs = 3

const base = noise(1, 0.05)
const models = [2, 3].map((seed) => {
  const change = noise(seed, 0.005)
  for (let i = 0; i < elements; i++) change[i] += base[i]
  return change
})
const output = new Float32Array(elements)

const shared = { slerp: { t: 0.4 }, nearswap: { t: 0.001 }, sce: { select_topk: 0.5 } }
const sparse = { density: 0.5 }
const perModel = {
  ties: sparse,
  dare_linear: sparse,
  dare_ties: sparse,
  breadcrumbs: sparse,
  breadcrumbs_ties: sparse,
  della: sparse,
  della_linear: sparse,
}

const copy = measure(() => output.set(base))
console.log(
  `${(elements / 1e6).toFixed(1)} million elements (${rows} × ${columns}), two models and a base where used`,
)
console.log('method             M elements/s   ns/element   × copy')
report('plain copy', copy)
for (const [name, method] of Object.entries(methods)) {
  if (options.only !== undefined && options.only !== name) continue
  report(
    name,
    measure(() => merge(name, method)),
  )
}

function merge(name, method) {
  const count = Math.min(2, method.models.max ?? 2)
  const withBase = method.base === 'required'
  const inputs = {
    name: 'bench',
    rows,
    columns,
    models: ['a', 'b'].slice(0, count),
    ...(withBase && { base: 'base' }),
  }
  const settings = {
    method: name,
    shared: shared[name] ?? {},
    models: inputs.models.map(() => perModel[name] ?? {}),
    seed: 1,
  }
  const work = startMerge(settings, inputs)
  const chunks = planChunks(inputs).map(({ firstRow, rows }) => {
    const cut = (values) => values.subarray(firstRow * columns, (firstRow + rows) * columns)
    return { firstRow, rows, models: models.slice(0, count).map(cut), ...(withBase && { base: cut(base) }) }
  })
  while (work.scanning) {
    for (const chunk of chunks) work.scan(chunk)
    work.endScan()
  }
  for (const chunk of chunks) {
    const start = chunk.firstRow * columns
    work.write(chunk, output.subarray(start, start + chunk.rows * columns))
  }
}

/** CPU seconds of the best run. */
function measure(work) {
  let best = Infinity
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1e6)
  }
  return best
}

function report(name, seconds) {
  const rate = elements / seconds / 1e6
  const cost = (seconds / elements) * 1e9
  console.log(
    `${name.padEnd(18)} ${rate.toFixed(0).padStart(12)} ${cost.toFixed(2).padStart(12)} ${(seconds / copy).toFixed(1).padStart(8)}`,
  )
}

function noise(seed, scale) {
  const values = new Float32Array(elements)
  let state = Math.imul(seed, 0x9e3779b1) | 1
  for (let i = 0; i < elements; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[i] = (state / 2 ** 31) * scale
  }
  return values
}
