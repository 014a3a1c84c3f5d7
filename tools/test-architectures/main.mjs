// Puts tiny models of every architecture through everything: `npm run test:architectures`. See docs/models.md.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { runGraph, startServer } from '../test-real/server.mjs'
import { describe, variants } from './catalog.mjs'
import { cells } from './cells.mjs'
import { diffusionCells } from './diffusion-cells.mjs'
import { buildShapes, NotBuilt } from './compile.mjs'
import { readKinds } from './kinds.mjs'
import { openModels, shapesOf } from './make-models.mjs'
import { judge } from './judge.mjs'
import { writePage } from './page.mjs'
import { rowOf } from './row.mjs'
import { startBare } from './start-bare.mjs'

/** llama.cpp's own test cannot make a model of an architecture. */
class NotMade extends Error {}

const usage = `npm run test:architectures -- [--only a,b] [--cells a,b] [--kinds] [--json FILE] [--page FILE]

  --only a,b    only these rows: llama, "qwen3moe experts"
  --cells a,b   only these columns: load,batch
  --kinds       one model of each kind, which needs no compiler
  --json FILE   writes what was found as JSON
  --page FILE   writes the table of a whole run into a Markdown page, between its marks`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    cells: { type: 'string' },
    json: { type: 'string' },
    page: { type: 'string' },
    help: { type: 'boolean', default: false },
    kinds: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(usage)
  process.exit()
}

if (values.page && (values.only || values.cells || values.kinds)) {
  console.error('A page is written by a whole run: leave out --only, --cells and --kinds.')
  process.exit(2)
}

const names = (text) => text?.split(',')
const wanted = names(values.only)
const columnsOf = ({ diffuses }) =>
  Object.entries(diffuses ? diffusionCells : cells).filter(
    ([name]) => names(values.cells)?.includes(name) ?? true,
  )
const scratch = await mkdtemp(path.join(tmpdir(), 'woolgather-architectures-'))
const models = path.join(scratch, 'models')
await mkdir(models)
const folders = { models: [models], data: path.join(scratch, 'data'), output: models }
const server = await startServer(folders)
let isStopped = false
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isStopped = true))
const bare = startBare()
const results = []
try {
  for (const { about, shapes } of await findRows()) {
    if (isStopped) break
    if (wanted && !wanted.includes(about.name)) continue
    results.push(await testRow(about, shapes))
    // What was found is kept where the run is stopped.
    if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`)
  }
} catch (error) {
  if (!(error instanceof NotBuilt)) throw error
  console.error(error.message)
  process.exitCode = 3
} finally {
  bare.stop()
  await server.stop()
  await rm(scratch, { recursive: true, force: true })
}
if (values.page && !isStopped) await writePage(values.page, results)
const failed = results
  .flatMap((row) => Object.values(row.cells ?? {}))
  .filter(({ outcome }) => outcome === 'wrong' || outcome === 'dies')
if (isStopped) process.exitCode = 130
else if (failed.length > 0) process.exitCode = 1

/** Rows of the table, each with what gives the shapes of its model. */
async function findRows() {
  if (values.kinds) {
    return Object.entries(await readKinds()).map(([name, { vocabulary, ...shapes }]) => ({
      about: {
        ...describe({ architecture: shapes.metadata['general.architecture'].text }),
        name,
        vocabulary,
      },
      shapes: async () => shapes,
    }))
  }
  const program = await buildShapes()
  const listed = (await program([])).trim().split('\n')
  const known = listed.map((line) => line.split(' ')).map(([architecture, kind]) => ({ architecture, kind }))
  return [...known, ...variants].map((row) => ({
    about: describe(row),
    shapes: () => shapesOf(program, row),
  }))
}

async function testRow(about, findShapes) {
  const began = performance.now()
  const folder = path.join(models, about.name.replaceAll(' ', '-'))
  await mkdir(folder)
  try {
    const shapes = await findShapes().catch((error) => {
      throw new NotMade(reasonOf(error))
    })
    const files = openModels(folder, shapes, about.vocabulary)
    const row = rowOf({ ...about, files, bare, runGraph: (nodes) => runGraph(server.url, nodes) })
    const told = {}
    for (const [name, test] of columnsOf(about)) {
      told[name] = await judge(() => test(row))
      if (name === 'load' && told.load.outcome === 'dies') await checkBare(files.at('model'))
    }
    return tell({ ...about, cells: told }, began)
  } catch (error) {
    if (!(error instanceof NotMade)) throw error
    return tell({ ...about, notMade: error.message }, began)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @throws NotMade where llama.cpp alone ends over the model, too */
async function checkBare(path) {
  try {
    const sequences = await bare.ask('tokenize', { path, texts: ['the old house'] })
    await bare.ask('logits', { path, sequences, rows: 1 })
  } catch {
    throw new NotMade('what it describes ends llama.cpp itself')
  }
}

/** What the program said before it ended. */
function reasonOf({ stderr = '', message }) {
  const [said = message] = stderr.split('\n').filter((line) => /error|assert/i.test(line))
  return said
    .replace(/^llama_model_load: error loading model: /, '')
    .replace(/^\S*\/(?=[\w.-]+:\d+: )/, '')
    .slice(0, 200)
}

function tell(row, began) {
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const outcomes =
    row.notMade ??
    Object.entries(row.cells)
      .map(([name, { outcome }]) => `${name} ${outcome}`)
      .join(', ')
  console.error(`${row.name.padEnd(24)} ${seconds.padStart(5)} s  ${outcomes}`)
  for (const [name, { outcome, told }] of Object.entries(row.cells ?? {})) {
    if (outcome === 'wrong' || outcome === 'dies') console.error(`    ${name}: ${told}`)
  }
  return row
}
