// From submitting to the first event, trivial runs a second, and 200 clients on one streaming run.
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../../packages/protocol/dist/index.js'
import { startServer } from '../../apps/server/dist/index.js'

const fromServer = createRequire(new URL('../../apps/server/package.json', import.meta.url))
const { WebSocket } = fromServer('ws')
const { pino } = fromServer('pino')

const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-bench-'))
const scripted = new URL('../../packages/supervisor/src/testing/scripted-worker.mjs', import.meta.url)
const open = (workerEntry, data) =>
  startServer({
    port: 0,
    folders: { models: [path.join(folder, 'models')], output: folder, data: path.join(folder, data) },
    workerEntry,
    workerEnv: { WOOLGATHER_GPU: 'cpu' },
    logger: pino({ level: 'silent' }),
  })
const connect = (server) => createClient({ url: server.url, createSocket: (url) => new WebSocket(url) })
const trivial = (text, name = 'trivial') => ({
  format: 'woolgather',
  version: 1,
  name,
  nodes: { text: { type: 'text/text', inputs: { text } } },
})

/** Resolves with the time of the first event that a worker told, when the run has ended. */
const follow = (client, run) =>
  new Promise((resolve) => {
    let first
    client.subscribe(run, (events) => {
      if (events.some(({ type }) => type === 'run.started')) first ??= performance.now()
      if (events.at(-1).type === 'run.finished') resolve(first)
    })
  })
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

const server = await open(fileURLToPath(new URL('../../apps/worker/dist/main.js', import.meta.url)), 'a')
const client = connect(server)
await follow(client, (await client.submit(trivial('warm'))).run)

const latencies = []
for (let i = 0; i < 100; i++) {
  const began = performance.now()
  const { run } = await client.submit(trivial(`latency ${i}`))
  latencies.push((await follow(client, run)) - began)
}
console.log(`submit to first event: ${median(latencies).toFixed(1)} ms, median of 100 (goal 10)`)

const began = performance.now()
// several clients: what one may send at once is limited
const callers = Array.from({ length: 10 }, () => connect(server))
const runs = await Promise.all(
  Array.from({ length: 1_000 }, async (_, i) => {
    const caller = callers[i % callers.length]
    return follow(caller, (await caller.submit(trivial(`a ${i}`))).run)
  }),
)
console.log(
  `${runs.length} queued trivial runs: ${((runs.length / (performance.now() - began)) * 1_000).toFixed(0)} a second (goal 300)`,
)
for (const one of [client, ...callers]) one.close()
await server.close()

const streaming = await open(fileURLToPath(scripted), 'b')
const clients = Array.from({ length: 200 }, () => connect(streaming))
globalThis.gc?.()
const before = process.memoryUsage().rss
const { run } = await clients[0].submit(trivial('x', 'start text; stream 2000 2; finish text; end completed'))
const ended = await Promise.all(clients.map((one) => follow(one, run)))
const growth = (process.memoryUsage().rss - before) / 1_048_576
console.log(
  `${ended.length} clients on one streaming run: all complete, memory of server and clients together grew by ${growth.toFixed(0)} MB (goal 100)`,
)
for (const one of clients) one.close()
await streaming.close()
