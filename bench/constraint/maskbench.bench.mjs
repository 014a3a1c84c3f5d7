/**
 * MaskBench: JSON schemas that people have, with instances, token by token as that benchmark does it.
 *
 *     npm run bench -- constraint/maskbench FOLDER [VOCABULARY.gguf]
 *
 * FOLDER holds the files of guidance-ai/jsonschemabench, maskbench/data. Without a vocabulary Llama 3's is taken. The last
 * line is the figures as JSON; times are of the processor, in µs and ms: of this thread on Linux, elsewhere of all threads
 * or by the clock, whichever is less. Of what took longer than half a millisecond, collections of garbage are taken out.
 * `longestTurn` is how long compiling holds the event loop at most, as nodes compile, by the processor time between two of its
 * turns; `longTurns` how many schemas hold it for more than 20 ms.
 * Properties come in any order, with MASKBENCH_ORDER=schema in the schema's. MASKBENCH_EVERY=10 takes every tenth schema,
 * MASKBENCH_CAUSES=1 lists why schemas were refused.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { compileInSteps } from '../../packages/constraint/dist/constraint.js'
import { compileInTurns, ConstraintError, createVocabulary } from '../../packages/constraint/dist/index.js'
import { readJson, valueAt, writeJson } from './maskbench/python-json.mjs'
import { openClock } from './maskbench/clock.mjs'
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
/** What took longer, in µs, is looked at for collections of garbage. */
const slowest = 500
/** Compiling should hold the event loop for no longer, in µs. */
const longTurn = 20_000

const { tokens, endTokens, tokenize } = await openVocabulary(file ?? llamaVocabulary())
const vocabulary = createVocabulary(tokens, { endTokens })
const mask = new Uint32Array((tokens.length + 31) >>> 5)
const every = Number(process.env.MASKBENCH_EVERY ?? 1)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .filter((_, index) => index % every === 0)
console.log(
  `${files.length} schemas, ${tokens.length} tokens, properties in ${propertyOrder === 'any' ? 'any' : 'the schema’s'} order`,
)

const collections = []
const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()))
observer.observe({ entryTypes: ['gc'] })
/** What was slow, with when it was. */
const slow = []

const clock = openClock()

const causes = new Map()
const wrong = []
const tbm = { wall: [], processor: [] }
const ttfm = { wall: [], processor: [] }
const turns = { processor: [] }
const figures = {
  schemas: files.length,
  passing: 0,
  refused: 0,
  validRefused: 0,
  invalidAccepted: 0,
  crashed: 0,
  timedOut: 0,
}

for (const name of files) {
  const test = readJson(readFileSync(path.join(folder, name), 'utf8'))
  const outcome = judge(test)
  for (const key of outcome.keys) figures[key]++
  if (outcome.wrong !== undefined) wrong.push(`${name}: ${outcome.wrong}`)
  await holdLoop(test)
  await nextTurn()
}
await allReported()
observer.disconnect()
subtractCollections()

/** Compiles a schema and writes its instances; which figures that counts for. */
function judge(test) {
  const began = clock()
  let constraint
  try {
    const before = [performance.now(), clock()]
    constraint = compileWhole(sourceOf(test))
    constraint.start().allowed(mask)
    note(ttfm, before)
  } catch (error) {
    if (!(error instanceof ConstraintError)) return { keys: ['crashed'], wrong: error.stack }
    count(error)
    return { keys: ['refused'] }
  }
  const keys = new Set()
  let text
  try {
    for (const instance of valueAt(test, 'tests')) {
      const valid = valueAt(instance, 'valid') === 'true'
      const written = writeJson(valueAt(instance, 'data'))
      if (accepts(constraint.start(), tokenize(written)) === valid) continue
      keys.add(valid ? 'validRefused' : 'invalidAccepted')
      text ??= `${valid ? 'refused' : 'accepted'} ${written}`
    }
  } catch (error) {
    return { keys: ['crashed'], wrong: error.stack }
  }
  if (clock() - began > longestSeconds * 1_000_000) keys.add('timedOut')
  return { keys: keys.size === 0 ? ['passing'] : [...keys], wrong: text }
}

function sourceOf(test) {
  const schema = writeJson(valueAt(test, 'schema'))
  return { kind: 'json-schema', schema, whitespace: 'flexible', propertyOrder }
}

/** All of it in this thread, whose time is taken. */
function compileWhole(source) {
  const steps = compileInSteps(source, vocabulary, { warmUp: 0 })
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Compiles as nodes do, and notes the longest that what else waits on the event loop was held. */
async function holdLoop(test) {
  let longest = { spent: 0, from: 0, to: 0 }
  let last = { at: performance.now(), processor: clock() }
  const turn = () => {
    const now = { at: performance.now(), processor: clock() }
    const spent = now.processor - last.processor
    if (spent > longest.spent) longest = { spent, from: last.at, to: now.at }
    last = now
  }
  const ended = everyTurn(turn)
  try {
    await compileInTurns(sourceOf(test), vocabulary, { warmUp: 0 })
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
  }
  turn()
  ended()
  const index = turns.processor.push(longest.spent) - 1
  if (longest.spent > slowest) slow.push({ times: turns, index, from: longest.from, to: longest.to })
}

/** Calls back in every turn of the event loop, until that ends. */
function everyTurn(visit) {
  let next
  const again = () => {
    visit()
    next = setImmediate(again)
  }
  next = setImmediate(again)
  return () => clearImmediate(next)
}

/** Adds what was spent since, in µs. */
function note(times, [wall, processor]) {
  const spent = clock() - processor
  const to = performance.now()
  const index = times.processor.push(spent) - 1
  times.wall.push((to - wall) * 1_000)
  if (spent > slowest) slow.push({ times, index, from: wall, to })
}

function accepts(state, ids) {
  for (const id of ids) {
    const before = [performance.now(), clock()]
    state.allowed(mask)
    const follows = ((mask[id >>> 5] >>> (id & 31)) & 1) === 1 && state.accept(id)
    note(tbm, before)
    if (!follows) return false
  }
  return state.canEnd
}

/** Node tells of collections some turns of its loop after they were: waits for one that is made to come last. */
async function allReported() {
  setFlagsFromString('--expose-gc')
  const from = performance.now()
  runInNewContext('gc')()
  while (!collections.some(({ startTime }) => startTime >= from)) await nextTurn()
}

/**
 * Takes collections of garbage out of the processor's time of what was slow: their share of the time that passed, as the
 * thread may have waited for others during both.
 */
function subtractCollections() {
  collections.sort((one, other) => one.startTime - other.startTime)
  let first = 0
  for (const { times, index, from, to } of slow.toSorted((one, other) => one.from - other.from)) {
    while (first < collections.length && endOf(collections[first]) < from) first++
    let collected = 0
    for (let next = first; next < collections.length && collections[next].startTime < to; next++)
      collected += Math.max(
        0,
        Math.min(to, endOf(collections[next])) - Math.max(from, collections[next].startTime),
      )
    times.processor[index] *= Math.max(0, 1 - collected / (to - from))
  }
}

function endOf({ startTime, duration }) {
  return startTime + duration
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

const milliseconds = (values) => values.map((value) => value / 1_000)
const times = {
  tbm: summarise(tbm.processor),
  ttfm: summarise(milliseconds(ttfm.processor)),
  tbmWall: summarise(tbm.wall),
  ttfmWall: summarise(milliseconds(ttfm.wall)),
  longestTurn: summarise(milliseconds(turns.processor)).max,
  longTurns: turns.processor.filter((value) => value > longTurn).length,
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
console.log(
  `Compiling holds the event loop for ${times.longestTurn} ms at most, for more than 20 at ${times.longTurns} of ${turns.processor.length} schemas`,
)
if (process.env.MASKBENCH_CAUSES === '1') {
  for (const [cause, number] of [...causes].toSorted((a, b) => b[1] - a[1]))
    console.log(`${number} × ${cause}`)
  for (const line of wrong) console.log(line.slice(0, 600))
}
console.log(JSON.stringify({ ...figures, ...times }))
