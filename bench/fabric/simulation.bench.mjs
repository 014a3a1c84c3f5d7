// A fabric of a hundred workers and a million cells, played with the policy of servers and workers as it is in the code: how
// long it takes against the least it could, and what NATS is asked for meanwhile. Says the same whenever it is run.
//   npm run bench -- simulation            prints it
//   npm run bench -- simulation --write    writes it into docs/many-machines-simulated.md, too
import { readFileSync, writeFileSync } from 'node:fs'
import { chooseQueues, hasRoom } from '../../apps/cli/dist/fabric/choose-queue.js'
import { longestWait, politeness, presentEvery } from '../../apps/cli/dist/fabric/run-worker.js'
import {
  chunkSize,
  gatherAgain,
  gatherFor,
  gatherLong,
  hasEnough,
  mostWaiting,
} from '../../apps/worker/dist/fabric/pace.js'
import { createClock } from './clock.mjs'

const page = new URL('../../docs/many-machines-simulated.md', import.meta.url)

const workers = 100
const cells = 1_000_000
const models = 10
const cellMs = 2_000
const loadMs = 30_000
/** From asking NATS to its answer. */
const roundTrip = 2
/** Bytes of a subject in the answer to how long the lines are. */
const subjectBytes = 150

/** Numbers from 0 to 1, the same each time. */
function createRandom(seed) {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** How many cells each model has: the second half as many as the first, the third a third, … */
function cellsByModel() {
  const weights = Array.from({ length: models }, (_, model) => 1 / (model + 1))
  const sum = weights.reduce((a, b) => a + b)
  const counts = weights.map((weight) => Math.floor((cells * weight) / sum))
  counts[0] += cells - counts.reduce((a, b) => a + b)
  return counts
}

/** Which model the next cell needs: one after the other, or as they come. */
function createOrder(isMixed, random) {
  const left = cellsByModel()
  let all = cells
  return () => {
    if (all === 0) return undefined
    let at = isMixed ? random() * all : 0
    let model = 0
    while (left[model] === 0 || (isMixed && at >= left[model])) at -= left[model++]
    left[model]--
    all--
    return model
  }
}

function simulate({ atOnce, isMixed }) {
  const random = createRandom(7)
  const clock = createClock()
  const nextModel = createOrder(isMixed, random)
  /** Works in line by model, and how many messages there are, what is worked on included. */
  const lines = Array.from({ length: models }, () => ({
    queue: '',
    works: [],
    first: 0,
    interactive: 0,
    others: 0,
    gathered: 0,
    cells: 0,
    since: 0,
  }))
  lines.forEach((line, model) => (line.queue = String(model)))
  const asked = { looks: 0, bytes: 0, pulls: 0, works: 0, reads: 0, writes: 0, acks: 0, news: 0 }
  const staff = Array.from({ length: workers }, (_, id) => ({
    id,
    loaded: undefined,
    works: 0,
    busy: 0,
    waiting: [],
    running: 0,
    readyAt: 0,
    idleSince: 0,
    onQueueSince: 0,
    loadTime: 0,
    loads: 0,
    isLooking: false,
    computed: 0,
    poll: 0,
  }))
  let messages = 0
  let outstanding = 0
  let willOffer = false
  let doneAt = 0

  const gather = () => {
    while (outstanding < mostWaiting) {
      const model = nextModel()
      if (model === undefined) break
      outstanding++
      asked.reads++
      if (lines[model].gathered++ === 0) lines[model].since = clock.now
    }
    offerSoon(gatherFor)
  }

  const offerSoon = (time) => {
    if (willOffer || lines.every(({ gathered }) => gathered === 0)) return
    willOffer = true
    clock.after(time, offer)
  }

  const offer = () => {
    willOffer = false
    const inUse = lines.filter(({ gathered, others }) => gathered + others > 0)
    for (const line of inUse) {
      const state = {
        gathered: line.gathered,
        offered: line.cells,
        works: line.others,
        workers,
        lines: inUse.length,
      }
      const size = chunkSize(state)
      const mayWait = hasEnough(state) && clock.now - line.since < gatherLong
      while (line.gathered >= size || (line.gathered > 0 && !mayWait)) {
        const count = Math.min(size, line.gathered)
        line.gathered -= count
        line.cells += count
        line.works.push(count)
        line.others++
        messages++
        asked.works++
        line.since = clock.now
      }
    }
    for (const worker of staff) look(worker)
    offerSoon(gatherAgain)
  }

  /** As `runWorker` does when it is woken. */
  const look = (worker) => {
    if (worker.isLooking || !hasRoom(worker.busy, atOnce)) return
    worker.isLooking = true
    clock.after((worker.works > 0 ? politeness : 0) + 2 * roundTrip, () => take(worker))
  }

  const take = (worker) => {
    worker.isLooking = false
    if (!hasRoom(worker.busy, atOnce)) return
    asked.looks++
    asked.bytes += messages * subjectBytes
    const { now } = clock
    const queues = chooseQueues(
      lines.filter(({ others }) => others > 0),
      {
        loaded: worker.loaded,
        isBusy: worker.works > 0,
        idleFor: now - worker.idleSince,
        onQueueFor: now - worker.onQueueSince,
        loadTime: worker.loadTime,
        // What others are at is left out: it spreads those that begin, and looking at all of them takes the most time here.
        others: new Map(),
      },
    )
    asked.pulls += queues.length
    for (const queue of queues) {
      asked.pulls++
      const line = lines[Number(queue)]
      if (line.first === line.works.length) continue
      begin(worker, Number(queue), line.works[line.first++])
      return look(worker)
    }
    // Nothing for it: it is woken by what is offered, and looks now and then.
    if (outstanding > 0 && worker.works === 0) {
      const poll = ++worker.poll
      clock.after(longestWait, () => poll === worker.poll && worker.works === 0 && look(worker))
    }
  }

  const begin = (worker, model, count) => {
    const queue = String(model)
    const isNew = worker.loaded !== queue
    const work = { model, left: count, began: clock.now, isNew, isFirst: true }
    asked.reads += count
    worker.poll++
    worker.works++
    worker.busy += count
    for (let cell = 0; cell < count; cell++) worker.waiting.push(work)
    if (!isNew) return start(worker)
    worker.loaded = queue
    worker.onQueueSince = clock.now
    worker.loads++
    worker.readyAt = clock.now + loadMs
    clock.after(loadMs, () => start(worker))
  }

  const start = (worker) => {
    if (clock.now < worker.readyAt) return
    while (worker.running < atOnce && worker.waiting.length > 0) {
      const work = worker.waiting.shift()
      const takes = cellMs * (0.5 + random())
      worker.running++
      worker.computed += takes
      clock.after(takes, () => end(worker, work))
    }
  }

  const end = (worker, work) => {
    worker.running--
    worker.busy--
    outstanding--
    lines[work.model].cells--
    asked.writes++
    if (work.isFirst && work.isNew) worker.loadTime = clock.now - work.began
    work.isFirst = false
    if (--work.left === 0) {
      worker.works--
      messages--
      lines[work.model].others--
      asked.acks++
      asked.news++
      worker.idleSince = clock.now
      look(worker)
    }
    doneAt = clock.now
    start(worker)
    gather()
  }

  gather()
  clock.run()
  const seconds = doneAt / 1_000
  const computed = staff.reduce((sum, worker) => sum + worker.computed, 0)
  const loads = staff.reduce((sum, worker) => sum + worker.loads, 0)
  const presences = (seconds * 1_000 * workers) / presentEvery
  const requests =
    asked.looks * 2 + asked.pulls + asked.works + asked.reads + asked.writes + asked.acks + asked.news
  return {
    seconds,
    // All the time, each with one model.
    least: (computed / (workers * atOnce) + loadMs) / 1_000,
    loads,
    perWork: cells / asked.works,
    kept: (asked.works + asked.writes + asked.news) / seconds,
    requests: (requests + presences) / seconds,
    megabytes: asked.bytes / 1e6 / seconds,
  }
}

const cases = [
  { atOnce: 1, isMixed: false },
  { atOnce: 1, isMixed: true },
  { atOnce: 64, isMixed: false },
  { atOnce: 64, isMixed: true },
]

const number = (value, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits })
const header = [
  'a worker runs',
  'models come',
  'least',
  'took',
  'of the least',
  'loads',
  'cells a message',
  'kept a second',
  'requests a second',
  'told of lines',
]
const rows = cases.map(({ atOnce, isMixed }) => {
  const found = simulate({ atOnce, isMixed })
  return [
    atOnce === 1 ? 'a cell at a time' : `${atOnce} at once`,
    isMixed ? 'mixed' : 'one after the other',
    `${number(found.least)} s`,
    `${number(found.seconds)} s`,
    number(found.seconds / found.least, 2),
    number(found.loads),
    number(found.perWork, 1),
    number(found.kept),
    number(found.requests),
    `${number(found.megabytes, 1)} MB/s`,
  ]
})
const table = [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
console.log(table)

if (process.argv.includes('--write'))
  writeFileSync(page, readFileSync(page, 'utf8').replace(/(^\|.*\n)+/m, `${table}\n`))
