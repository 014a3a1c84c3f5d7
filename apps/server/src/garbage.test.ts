import { request } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { socketPath, pathOf } from '@woolgather/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startTestServer, until, type TestServer } from './testing/start-test-server.ts'

/** The status of one request, whatever its path and headers; 0 where the connection was ended. */
function ask(
  server: TestServer,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
) {
  const { hostname, port } = new URL(server.url)
  return new Promise<number>((resolve) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', () => resolve(0))
    sent.end(body)
  })
}

const segment = fc.oneof(
  fc.constantFrom(
    'api',
    'runs',
    'workflows',
    'artifacts',
    'events',
    'nodes',
    '..',
    '%2e%2e',
    '%00',
    '%',
    '',
    'a'.repeat(500),
  ),
  fc.stringMatching(/^[!-~]{0,20}$/),
)

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Megabytes in use that nothing will free: the server runs in this process. */
function heldMegabytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

/** What a server may hold more of after a thousand requests: what the runtime itself keeps. */
const flat = 10

const garbage = fc.tuple(
  fc.constantFrom('GET', 'PUT', 'POST', 'PATCH', 'DELETE'),
  fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`.replace(/[^!-~]/g, '')),
  fc.constantFrom<Record<string, string>>(
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-encoding': 'gzip' },
    { 'content-length': '5' },
    { cookie: 'woolgather-token=%' },
  ),
  fc.oneof(fc.string(), fc.json()),
)

test('no request of a thousand, however broken, is answered by a failure of the server, and none leaves anything behind', async () => {
  await using server = await startTestServer()
  const shower = (runs: number, seed: number): Promise<void> =>
    fc.assert(
      fc.asyncProperty(garbage, async ([method, path, headers, body]) => {
        expect(await ask(server, method, path, headers, method === 'GET' ? '' : body)).toBeLessThan(500)
      }),
      { numRuns: runs, seed },
    ) as Promise<void>
  await shower(300, 1)
  const before = heldMegabytes()
  await shower(1_000, 2)
  // Connections are let go of in their own time.
  await expect.poll(() => heldMegabytes() - before).toBeLessThan(flat)
  expect((await fetch(server.url + pathOf('health'))).status).toBe(200)
})

test('no frame of a thousand, however broken, ends the server, goes unanswered, or leaves anything behind', async () => {
  await using server = await startTestServer()
  const field = fc.constantFrom(
    'type',
    'run',
    'request',
    'workflow',
    'after',
    'protocol',
    'targets',
    '__proto__',
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('hello', 'run.submit', 'run.subscribe', 'run.cancel', 'run.unsubscribe', -1, 1e308, {}),
  )
  const frame = fc.oneof(
    fc.string(),
    fc.dictionary(field, value).map((message) => JSON.stringify(message)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  )
  let sent = 0
  const shower = fc.asyncProperty(fc.array(frame, { minLength: 5, maxLength: 15 }), async (frames) => {
    sent += frames.length
    const socket = new WebSocket(server.url.replace('http', 'ws') + socketPath)
    let answers = 0
    socket.on('message', () => answers++)
    await new Promise((resolve) => socket.once('open', resolve))
    for (const content of frames) socket.send(content)
    await until(() => answers >= frames.length)
    socket.terminate()
  })
  await fc.assert(shower, { numRuns: 30, seed: 1 })
  const before = heldMegabytes()
  sent = 0
  await fc.assert(shower, { numRuns: 130, seed: 2 })
  expect(sent).toBeGreaterThan(1_000)
  await expect.poll(() => heldMegabytes() - before).toBeLessThan(flat)
  expect((await fetch(server.url + pathOf('health'))).status).toBe(200)
})
