/**
 * MaskBench: JSON schemas that people have, with instances, token by token as that benchmark does it.
 *
 *     npm run bench -- constraint/maskbench FOLDER [VOCABULARY.gguf]
 *
 * FOLDER holds the files of guidance-ai/jsonschemabench, maskbench/data. Without a vocabulary Llama 3's is taken. The last
 * line is the figures as JSON; times are of the processor, in µs and ms. Properties come in
 * any order, with MASKBENCH_ORDER=schema in the schema's. MASKBENCH_CAUSES=1 lists why schemas were refused.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { compile, ConstraintError, createVocabulary } from '../../packages/constraint/dist/index.js'
import { readJson, valueAt, writeJson } from './maskbench/python-json.mjs'
import { llamaVocabulary, openVocabulary } from './maskbench/vocabulary.mjs'

const [folder, file] = process.argv.slice(2)
if (folder === undefined) {
  console.log(
    'skipped: say where the schemas are, npm run bench -- constraint/maskbench FOLDER [VOCABULARY.gguf]',
  )
  process.exit(0)
}

/** Instances have their properties in any order; `schema` is what constraints do unless they are told. */
const propertyOrder = process.env.MASKBENCH_ORDER ?? 'any'
/** A schema that takes the processor longer, all its instances together, counts as timed out. */
const longestSeconds = 5
/** Masks that took longer are looked at for collections of garbage. */
const slowMask = 500

const { tokens, endTokens, tokenize } = await openVocabulary(file ?? llamaVocabulary())
const vocabulary = createVocabulary(tokens, { endTokens })
const mask = new Uint32Array((tokens.length + 31) >>> 5)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
)
console.log(
  `${files.length} schemas, ${tokens.length} tokens, properties in ${propertyOrder === 'any' ? 'any' : 'the schema’s'} order`,
)

const collections = []
const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()))
observer.observe({ entryTypes: ['gc'] })

const clock = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const causes = new Map()
const wrong = []
const tbm = { wall: [], processor: [] }
const ttfm = { wall: [], processor: [] }
const figures = {
  schemas: files.length,
  passing: 0,
  refused: 0,
  validRefused: 0,
  invalidAccepted: 0,
  crashed: 0,
  timedOut: 0,
}

for (const name of files.toSorted()) {
  const outcome = judge(readJson(readFileSync(path.join(folder, name), 'utf8')))
  for (const key of outcome.keys) figures[key]++
  if (outcome.wrong !== undefined) wrong.push(`${name}: ${outcome.wrong}`)
  await subtractCollections(outcome.slow)
}
observer.disconnect()

/** Compiles a schema and writes its instances; which figures that counts for. */
function judge(test) {
  const slow = []
  const began = clock()
  let constraint
  const source = {
    kind: 'json-schema',
    schema: writeJson(valueAt(test, 'schema')),
    whitespace: 'flexible',
    propertyOrder,
  }
  try {
    const before = [performance.now(), clock()]
    constraint = compile(source, vocabulary, { warmUp: 0 })
    constraint.start().allowed(mask)
    ttfm.wall.push(performance.now() - before[0])
    ttfm.processor.push((clock() - before[1]) / 1_000)
  } catch (error) {
    if (!(error instanceof ConstraintError)) return { keys: ['crashed'], wrong: error.stack, slow }
    count(error)
    return { keys: ['refused'], slow }
  }
  const keys = new Set()
  let text
  try {
    for (const instance of valueAt(test, 'tests')) {
      const valid = valueAt(instance, 'valid') === 'true'
      const written = writeJson(valueAt(instance, 'data'))
      if (accepts(constraint.start(), tokenize(written), slow) === valid) continue
      keys.add(valid ? 'validRefused' : 'invalidAccepted')
      text ??= `${valid ? 'refused' : 'accepted'} ${written}`
    }
  } catch (error) {
    return { keys: ['crashed'], wrong: error.stack, slow }
  }
  if (clock() - began > longestSeconds * 1_000_000) keys.add('timedOut')
  return { keys: keys.size === 0 ? ['passing'] : [...keys], wrong: text, slow }
}

function accepts(state, ids, slow) {
  for (const id of ids) {
    const before = [performance.now(), clock()]
    state.allowed(mask)
    const follows = ((mask[id >>> 5] >>> (id & 31)) & 1) === 1 && state.accept(id)
    const after = [performance.now(), clock()]
    const processor = after[1] - before[1]
    const index = tbm.processor.push(processor) - 1
    tbm.wall.push((after[0] - before[0]) * 1_000)
    if (processor > slowMask) slow.push({ index, from: before[0], to: after[0] })
    if (!follows) return false
  }
  return state.canEnd
}

/** Takes what was spent on garbage out of the processor's time of slow masks. */
async function subtractCollections(slow) {
  if (slow.length === 0) {
    collections.length = 0
    return
  }
  await setImmediate()
  for (const { index, from, to } of slow) {
    for (const { startTime, duration } of collections) {
      const shared = Math.min(to, startTime + duration) - Math.max(from, startTime)
      if (shared > 0) tbm.processor[index] = Math.max(0, tbm.processor[index] - shared * 1_000)
    }
  }
  collections.length = 0
}

function count({ code, message, where, hint }) {
  const keyword = where.path?.split('/').at(-1) ?? ''
  const cause = `${code}: ${code.endsWith('schema') ? keyword : message.slice(0, 60)} ${hint?.slice(0, 50) ?? ''}`
  causes.set(cause, (causes.get(cause) ?? 0) + 1)
}

function summarise(values) {
  const sorted = Float64Array.from(values).sort()
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  const mean = round(sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length))
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) }
}

function round(value) {
  return Number(value.toPrecision(3))
}

const times = {
  tbm: summarise(tbm.processor),
  ttfm: summarise(ttfm.processor),
  tbmWall: summarise(tbm.wall),
  ttfmWall: summarise(ttfm.wall),
}
console.log('passing refused crashed timed out  valid refused invalid accepted')
console.log(
  [
    [figures.passing, 7],
    [figures.refused, 8],
    [figures.crashed, 8],
    [figures.timedOut, 10],
    [figures.validRefused, 14],
    [figures.invalidAccepted, 17],
  ]
    .map(([value, width]) => String(value).padStart(width))
    .join(''),
)
for (const [name, unit] of [
  ['tbm', 'µs'],
  ['ttfm', 'ms'],
]) {
  const line = ({ mean, p50, p90, p99, p999, max }) =>
    `mean ${mean}, p50 ${p50}, p90 ${p90}, p99 ${p99}, p99.9 ${p999}, max ${max}`
  console.log(`${name.toUpperCase()} ${unit}, processor: ${line(times[name])}`)
  console.log(`${' '.repeat(name.length + unit.length + 1)}, the clock: ${line(times[`${name}Wall`])}`)
}
if (process.env.MASKBENCH_CAUSES === '1') {
  for (const [cause, number] of [...causes].toSorted((a, b) => b[1] - a[1]))
    console.log(`${number} × ${cause}`)
  for (const line of wrong) console.log(line.slice(0, 600))
}
console.log(JSON.stringify({ ...figures, ...times }))
