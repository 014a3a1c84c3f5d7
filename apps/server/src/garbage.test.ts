import { request } from 'node:http'
import { routes } from '@woolgather/protocol'
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

test('no request, however broken, is answered by a failure of the server', async () => {
  await using server = await startTestServer()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
      fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`.replace(/[^!-~]/g, '')),
      fc.constantFrom<Record<string, string>>(
        {},
        { 'content-type': 'application/json' },
        { 'content-encoding': 'gzip' },
        { cookie: 'woolgather-token=%' },
      ),
      fc.oneof(fc.string(), fc.json()),
      async (method, path, headers, body) => {
        expect(await ask(server, method, path, headers, method === 'GET' ? '' : body)).toBeLessThan(500)
      },
    ),
    { numRuns: 300 },
  )
  expect((await fetch(server.url + routes.health)).status).toBe(200)
})

test('no frame, however broken, ends the server or goes unanswered', async () => {
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
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 10 }), async (frames) => {
      const socket = new WebSocket(server.url.replace('http', 'ws') + routes.socket)
      let answers = 0
      socket.on('message', () => answers++)
      await new Promise((resolve) => socket.once('open', resolve))
      for (const content of frames) socket.send(content)
      await until(() => answers >= frames.length)
      socket.terminate()
    }),
    { numRuns: 100 },
  )
  expect((await fetch(server.url + routes.health)).status).toBe(200)
})
