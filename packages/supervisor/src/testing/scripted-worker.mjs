/**
 * A worker process that plays a script in place of running nodes: real process, real IPC, real signals. The
 * script of a run is its workflow's name, steps separated by `;`:
 *
 *     start NODE · token TEXT · tokens COUNT · stream COUNT MS · finish NODE · output NODE JSON · fail NODE · end STATUS · log LINE · wait MS
 *     cancellable (waits to be cancelled, then ends) · endless MS (the same, telling a token now and then) · hang (never answers again) · crash SIGNAL · exit CODE · nonsense
 *     freeze (lets nothing else have its turn for ever, so that not even questions are answered) · begin NODE (as start, but has no time to tell it)
 *     pid (logs it) · stop (stands still, all of it) · eat MEBIBYTES · heap (fills JavaScript's memory)
 *     first STEP (only where the run is not taken up again)
 *
 * A run that is taken up again skips what belongs to cells that are settled: from their `start` to the next or the end.
 *
 * How it starts is the environment's SCRIPTED_START: `ready` (default), `slow MS` (ready after that), `never`, `failed`,
 * `exit`, `deaf` (ready, then ignores being told to leave), `killed N` and `alone N` (before it is ready, or for want of a
 * fabric, the first N times). With
 * SCRIPTED_WATCH a thread watches it, as it does real ones.
 */
import { appendFileSync, readFileSync, writeSync } from 'node:fs'

const start = process.env.SCRIPTED_START ?? 'ready'
const cancelled = new Map()
const eaten = []
const watch = process.env.SCRIPTED_WATCH
  ? (await import('@woolgather/supervisor')).watchProcess({ onOrphaned: () => {}, grace: 100, signs: true })
  : undefined

const send = (message) => new Promise((resolve) => process.send(message, resolve))
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function play({ run, workflow, leftOver }) {
  let seq = 0
  let node = 'text'
  let skipping = false
  const settled = new Set((leftOver?.settled ?? []).map((cell) => cell.node))
  const tell = (body) =>
    send({ type: 'events', run, events: [{ ...body, run, seq: seq++, time: Date.now() }] })
  const cancel = new Promise((resolve) => cancelled.set(run, resolve))

  await tell({ type: 'run.started', cells: 1, seeds: {} })
  for (let step of workflow.name.split(';').map((text) => text.trim())) {
    if (step.startsWith('first ')) {
      if (leftOver) continue
      step = step.slice('first '.length)
    }
    if (/^(start|begin) /.test(step)) skipping = settled.has(step.slice('start '.length))
    if (skipping && !step.startsWith('end ')) continue
    const [verb, argument] = [step.split(' ')[0], step.slice(step.indexOf(' ') + 1)]
    if (verb === 'start' || verb === 'begin') watch?.began({ run, node: argument, at: {} })
    if (verb === 'start') await tell({ type: 'cell.started', node: (node = argument), at: {} })
    if (verb === 'token') await tell({ type: 'cell.token', node, at: {}, text: argument })
    if (verb === 'tokens') {
      for (let i = 0; i < Number(argument); i++)
        await tell({ type: 'cell.token', node, at: {}, text: `${i} ` })
    }
    if (verb === 'stream') {
      const [count, ms] = argument.split(' ').map(Number)
      for (let i = 0; i < count; i++) {
        await tell({ type: 'cell.token', node, at: {}, text: `${i} ` })
        await wait(ms)
      }
    }
    if (verb === 'finish') {
      await tell({
        type: 'cell.finished',
        node: argument,
        at: {},
        outputs: { text: argument },
        milliseconds: 1,
      })
    }
    if (verb === 'output') {
      const [name, json] = [argument.split(' ')[0], argument.slice(argument.indexOf(' ') + 1)]
      await tell({ type: 'cell.finished', node: name, at: {}, outputs: JSON.parse(json), milliseconds: 1 })
    }
    if (verb === 'fail') {
      const error = { code: 'node-failed', message: 'It did not work.', hint: 'Try again.' }
      await tell({ type: 'cell.failed', node: argument, at: {}, error })
    }
    if (verb === 'end') await tell({ type: 'run.finished', status: argument })
    if (verb === 'log') writeSync(2, `${argument}\n`)
    if (verb === 'pid') writeSync(2, `pid ${process.pid}\n`)
    if (verb === 'wait') await wait(Number(argument))
    if (verb === 'cancellable') {
      await cancel
      await tell({ type: 'run.finished', status: 'cancelled' })
    }
    if (verb === 'endless') {
      let over = false
      void cancel.then(() => (over = true))
      for (; !over; await wait(Number(argument)))
        await tell({ type: 'cell.token', node, at: {}, text: 'on ' })
      await tell({ type: 'run.finished', status: 'cancelled' })
    }
    if (verb === 'hang') return
    if (verb === 'freeze') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    if (verb === 'stop') process.kill(process.pid, 'SIGSTOP')
    if (verb === 'eat') eaten.push(Buffer.alloc(Number(argument) * 2 ** 20, 1))
    if (verb === 'heap') for (;;) eaten.push(Array.from({ length: 1e6 }, () => eaten.length))
    if (verb === 'crash') process.kill(process.pid, argument)
    if (verb === 'exit') process.exit(Number(argument))
    if (verb === 'nonsense') await send({ type: 'gibberish' })
  }
}

process.on('message', (request) => {
  if (request.type === 'run') void play(request)
  if (request.type === 'ping') void send({ type: 'pong' })
  if (request.type === 'cancel') cancelled.get(request.run)?.()
  if (request.type === 'shutdown' && start !== 'deaf') process.exit(0)
})
process.on('disconnect', () => process.exit(0))
if (start === 'deaf') process.on('SIGTERM', () => {})

if (start === 'exit') {
  writeSync(2, 'cannot open the device\n')
  process.exit(9)
}
if (start === 'failed') {
  await send({ type: 'failed', error: { code: 'native-missing', message: 'No native library.' } })
  process.exit(1)
}
/** Whether this is one of the first so many starts. */
const isEarly = (many) => {
  const count = `${JSON.parse(process.env.WOOLGATHER_WORKER_FOLDERS).data}/starts`
  appendFileSync(count, '.')
  return readFileSync(count).length <= Number(many)
}
const [how, many] = start.split(' ')
if (how === 'killed' && isEarly(many)) process.kill(process.pid, 'SIGKILL')
if (how === 'alone' && isEarly(many)) {
  await send({ type: 'failed', error: { code: 'fabric-unreachable', message: 'Nobody is there.' } })
  process.exit(1)
}
if (start.startsWith('slow ')) await wait(Number(start.slice('slow '.length)))
await watch?.begun
if (start !== 'never') await send({ type: 'ready', device: 'scripted', build: 'test' })
