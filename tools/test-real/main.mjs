// Puts a real model through everything: `npm run test:real -- --model FILE`. See docs/models.md.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { node } from './graphs.mjs'
import { watchMemory } from './memory.mjs'
import { Refused, Wrong } from './outcome.mjs'
import { writePage } from './page.mjs'
import { ask, runGraph, startServer } from './server.mjs'
import { markdown, row } from './table.mjs'

const usage = `npm run test:real -- --model FILE [--lora FILE] [--lines a,b] [--json FILE] [--markdown] [--page FILE]

  --model FILE   a GGUF language model
  --lora FILE    a LoRA of it as GGUF; without one, what is extracted is applied
  --lines a,b    only lines whose names begin so: 03 or 12-steered
  --json FILE    writes the table as JSON
  --markdown     prints the table as Markdown
  --page FILE    writes the table into a Markdown page, between its marks; lines that did not run keep their rows`

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    lora: { type: 'string' },
    lines: { type: 'string' },
    json: { type: 'string' },
    page: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help || values.model === undefined) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const stopped = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort())

const [busy] = loadavg()
const began = performance.now()
const results = await testModel(path.resolve(values.model), values.lora && path.resolve(values.lora))
const isWhole = values.lines === undefined && !stopped.signal.aborted
if (values.json)
  await writeFile(
    values.json,
    `${JSON.stringify({ model: path.basename(values.model), lines: results }, null, 2)}\n`,
  )
if (values.markdown) console.log(markdown(results))
if (values.page)
  await writePage(values.page, results, { isWhole, seconds: (performance.now() - began) / 1000, load: busy })
process.exitCode = stopped.signal.aborted ? 130 : results.some(({ outcome }) => outcome === 'wrong') ? 1 : 0

async function testModel(model, lora) {
  const scratch = await mkdtemp(path.join(tmpdir(), 'woolgather-real-'))
  const output = path.join(scratch, 'output')
  const models = [...new Set([model, ...(lora ? [lora] : [])].map((file) => path.dirname(file)))]
  const server = await startServer({ models, data: path.join(scratch, 'data'), output })
  const wasStopped = new Promise((resolve) => stopped.signal.addEventListener('abort', () => resolve()))
  const results = []
  try {
    await Promise.race([runLines(contextFor(server, model, lora), server.pid, results), wasStopped])
    return results
  } finally {
    await server.stop()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** What a line is handed. */
function contextFor({ url }, model, lora) {
  const file = path.basename(model)
  const run = (nodes, targets) => runGraph(url, nodes, targets)
  return {
    file,
    lora: lora && path.basename(lora),
    run,
    ask: (route, options) => ask(url, route, options),
    models: async () => (await ask(url, '/api/models')).answer,
    tuned: tunedModel(file, lora && path.basename(lora)),
    /** What earlier lines made for later ones. */
    keep: {},
  }
}

/** Nodes that make a model another one is extracted from: the LoRA baked, or what coarser types make of the model. */
function tunedModel(file, lora) {
  if (lora === undefined) {
    const links = { model: ['model', 'model'] }
    return {
      coarse: node('output/save-model', { file: 'sizes/coarse.gguf', type: 'Q4_0', overwrite: true }, links),
      tuned: node('loading/model', {}, { file: ['coarse', 'file'] }),
    }
  }
  return {
    made: node('lora/load', { file: lora }),
    tuned: node('lora/bake', { type: 'F32' }, { model: ['model', 'model'], loras: [['made', 'lora']] }),
  }
}

/** A line that is stopped leaves no result. */
async function runLines(context, pid, results) {
  const wanted = values.lines?.split(',')
  const files = (await readdir(new URL('lines/', import.meta.url)))
    .filter((file) => file.endsWith('.mjs') && (wanted?.some((name) => file.startsWith(name)) ?? true))
    .toSorted()
  for (const file of files) {
    const { default: line } = await import(new URL(`lines/${file}`, import.meta.url))
    const result = await runLine(line, context, pid)
    if (stopped.signal.aborted) return
    results.push(result)
    console.error(row(result))
  }
}

async function runLine({ title, against, run }, context, pid) {
  const began = performance.now()
  const memory = watchMemory(pid)
  const result = (outcome, told) => ({
    line: title,
    outcome,
    told,
    against,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    mebibytes: Math.round(memory() / 2 ** 20),
  })
  try {
    return result('works', await run(context))
  } catch (error) {
    if (error instanceof Refused) return result('refused', error.message)
    if (error instanceof Wrong) return result('wrong', error.message)
    return result('wrong', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}
