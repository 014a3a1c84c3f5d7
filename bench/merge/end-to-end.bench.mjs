// Merging whole GGUF files as the worker does it: CPU seconds, wall time and memory of five methods on a 254M-parameter
// F16 llama, beside a plain copy of the same bytes. The models are random and written once to the cache folder.
// Options: --only=METHOD, --runs=N (best of 3), --folder=DIR
import { fork } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { availableParallelism, tmpdir } from 'node:os'
import { writeRandomModel } from '../../packages/ggml/dist/testing/index.js'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    folder: { type: 'string', default: path.join(tmpdir(), 'woolgather-bench-merge') },
  },
})
const { folder } = options
const runs = Number(options.runs)

/** 254 million parameters. */
const shape = {
  type: 'F16',
  vocabSize: 32_000,
  layers: 16,
  embeddingSize: 1024,
  feedForwardSize: 2816,
  heads: 16,
  kvHeads: 8,
}
const half = { density: 0.5, weight: 0.5 }
const methods = {
  linear: { models: 2 },
  slerp: { models: 1, base: true, parameters: { t: 0.4 } },
  model_stock: { models: 2, base: true },
  dare_ties: { models: 2, base: true, own: half, seed: 1 },
  ties: { models: 2, base: true, own: half },
}
/** CPU seconds to reach, and mergekit's, measured on this size. */
const aims = {
  linear: [2.5, 5.3],
  slerp: [4, 7.9],
  model_stock: [6, 12.4],
  dare_ties: [10, 46],
  ties: [10, 82],
}

mkdirSync(folder, { recursive: true })
for (const [index, name] of ['base', 'a', 'b'].entries()) {
  const file = path.join(folder, `${name}.gguf`)
  if (!existsSync(file)) await writeRandomModel(file, { ...shape, seed: 1000 * index + 1, name })
}

console.log(`254 million parameters, F16, ${availableParallelism()} processors, best CPU time of ${runs}`)
console.log('                CPU s   wall s   wall / CPU   memory MB   aim s   mergekit s')
report('copy of 508 MB', best(Array.from({ length: runs }, copyFile)))
for (const name of Object.keys(methods)) {
  if (options.only !== undefined && options.only !== name) continue
  const results = []
  for (let run = 0; run < runs; run++) results.push(await measureMerge(name))
  report(name, best(results), aims[name])
}

function report(name, { cpu, wall, memory }, [aim, other] = []) {
  const columns = [
    cpu.toFixed(2),
    wall.toFixed(2),
    (wall / cpu).toFixed(2),
    memory === undefined ? '' : memory.toFixed(0),
    aim ?? '',
    other ?? '',
  ]
  const widths = [7, 9, 13, 12, 8, 13]
  console.log(name.padEnd(14) + columns.map((text, i) => String(text).padStart(widths[i])).join(''))
}

function best(results) {
  return results.toSorted((a, b) => a.cpu - b.cpu)[0]
}

/** Through a buffer, as a merge has to: the kernel's own copying moves no bytes on some file systems. */
function copyFile() {
  const target = path.join(folder, 'copy.gguf')
  const before = process.cpuUsage()
  const began = performance.now()
  const [from, to] = [openSync(path.join(folder, 'a.gguf'), 'r'), openSync(target, 'w')]
  const buffer = new Uint8Array(1_048_576)
  for (let bytes = readSync(from, buffer); bytes > 0; bytes = readSync(from, buffer))
    writeSync(to, buffer, 0, bytes)
  closeSync(from)
  closeSync(to)
  const wall = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  rmSync(target)
  return { cpu: (user + system) / 1e6, wall }
}

/** In a process of its own, so that memory is what this merge took. */
function measureMerge(name) {
  const { models, base, parameters = {}, own = {}, seed } = methods[name]
  const file = (model) => ({ kind: 'file', file: `${model}.gguf`, adapters: [] })
  const recipe = {
    kind: 'merge',
    method: name,
    models: ['a', 'b'].slice(0, models).map((model) => ({ model: file(model), parameters: own })),
    ...(base && { base: file('base') }),
    parameters,
    vocabulary: 'same',
    outputType: 'auto',
    ...(seed !== undefined && { seed }),
  }
  const child = fork(fileURLToPath(new URL('./merge-once.mjs', import.meta.url)))
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => code !== 0 && reject(new Error(`the merge ended with ${code}`)))
    child.send({ recipe, models: folder, folder: path.join(folder, 'made') })
  })
}
