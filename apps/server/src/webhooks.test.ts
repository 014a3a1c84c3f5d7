import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { RunDetails, WebhookMessage } from '@woolgather/protocol'
import { expect, test } from 'vitest'
import { script, startTestServer, until, type TestServer } from './testing/start-test-server.ts'
import { signatureOf } from './webhooks/send-webhook.ts'
import { mostMessageBytes, writeMessage } from './webhooks/webhook-message.ts'

interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A program that is told of runs, and answers as it is told to: a status, or never. */
async function startReceiver(...answers: (number | 'never')[]) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => (body += text))
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      const answer = answers.shift() ?? 204
      if (answer === 'never') return
      response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {})
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    received,
    hook: { name: 'crm', url: new URL(`http://127.0.0.1:${port}/hook?token=secret`) },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const patience = { waits: [5, 5], limit: 10_000 }
const key = Buffer.alloc(32, 7)

const submit = (server: TestServer, name: string, webhook = 'crm') =>
  server.connect().ask('submitRun', { query: { wait: 60 }, body: { workflow: script(name), webhook } })

const detailsOf = (server: TestServer, id: string): Promise<RunDetails> =>
  server.connect().ask('run', { id, query: { wait: 0 } })

/** How telling of it ended. */
async function settled(server: TestServer, run: string): Promise<RunDetails['webhook']> {
  await until(async () => (await detailsOf(server, run)).webhook?.state !== 'pending')
  return (await detailsOf(server, run)).webhook
}

test.each(['completed', 'failed'])(
  'a run that ends %s is told to the webhook it names, with what the run’s own address says, signed',
  async (status) => {
    await using receiver = await startReceiver()
    await using server = await startTestServer({ webhooks: [receiver.hook], webhookSecret: key })
    const { run } = await submit(server, `end ${status}`)
    expect(await settled(server, run)).toEqual({ name: 'crm', state: 'delivered', attempts: 1 })
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = receiver.received
    const { webhook: _, workflow: _w, versions: _v, seeds: _s, ...details } = await detailsOf(server, run)
    expect(details.status).toBe(status)
    expect(JSON.parse(body)).toEqual({
      type: 'run.finished',
      timestamp: new Date(details.finished ?? 0).toISOString(),
      data: { ...details, path: `/api/runs/${run}` },
    })
    expect(path).toBe('/hook?token=secret')
    const id = String(headers['webhook-id'])
    const timestamp = String(headers['webhook-timestamp'])
    expect(headers['webhook-signature']).toBe(signatureOf({ id, timestamp, body, key }))
    expect(Number(timestamp) * 1_000).toBeGreaterThan(details.created - 1_000)
  },
)

test('messages are signed as the Standard Webhooks sign them', () => {
  const signature = signatureOf({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
    key: Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'),
  })
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('what is not taken is sent again under the same id, a few times, and its failure is on the run, which stays as it is', async () => {
  await using receiver = await startReceiver(500, 404, 429)
  await using server = await startTestServer({ webhooks: [receiver.hook], webhookPatience: patience })
  const { run } = await submit(server, 'end completed')
  expect(await settled(server, run)).toEqual({
    name: 'crm',
    state: 'failed',
    attempts: 3,
    error: { code: 'webhook-failed', message: 'The webhook “crm” answered 429.' },
  })
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(receiver.received).toHaveLength(3)
  expect((await detailsOf(server, run)).status).toBe('completed')
})

test('an attempt that comes through after others did not is a delivery', async () => {
  await using receiver = await startReceiver(503)
  await using server = await startTestServer({ webhooks: [receiver.hook], webhookPatience: patience })
  const { run } = await submit(server, 'end completed')
  expect(await settled(server, run)).toEqual({ name: 'crm', state: 'delivered', attempts: 2 })
})

test.each([
  ['redirects are not followed', 302, 'answered 302'],
  ['one that is gone is not asked again', 410, 'answered 410'],
] as const)('%s', async (_, answer, message) => {
  await using receiver = await startReceiver(answer)
  await using server = await startTestServer({ webhooks: [receiver.hook], webhookPatience: patience })
  const { run } = await submit(server, 'end completed')
  expect(await settled(server, run)).toMatchObject({ state: 'failed', attempts: 1 })
  expect((await detailsOf(server, run)).webhook?.error?.message).toContain(message)
  expect(receiver.received).toHaveLength(1)
})

test('one that does not answer, or is not there, has its time, and its address stays secret', async () => {
  await using receiver = await startReceiver('never')
  const nobody = { name: 'nobody', url: new URL('http://127.0.0.1:1/?token=secret') }
  await using server = await startTestServer({
    webhooks: [receiver.hook, nobody],
    webhookPatience: { waits: [], limit: 50 },
  })
  for (const [name, reason] of [
    ['crm', 'did not answer within 0.05 s'],
    ['nobody', 'was not reached'],
  ] as const) {
    const { run } = await submit(server, 'end completed', name)
    const webhook = await settled(server, run)
    expect(webhook).toMatchObject({ state: 'failed', attempts: 1 })
    expect(webhook?.error?.message).toContain(reason)
    expect(JSON.stringify(webhook)).not.toContain('secret')
  }
})

test.each(['other', 'http://127.0.0.1:1/', 'CRM'])(
  'a run cannot name “%s”, which the server was not started with',
  async (name) => {
    await using receiver = await startReceiver()
    await using server = await startTestServer({ webhooks: [receiver.hook] })
    await expect(submit(server, 'end completed', name)).rejects.toMatchObject({
      status: 422,
      code: 'unknown-webhook',
      hint: 'It has “crm”.',
    })
    expect(await server.connect().ask('runs', { query: {} })).toEqual({ runs: [] })
  },
)

test('what a server was stopped before it could tell, the next one tells', async () => {
  await using receiver = await startReceiver(500)
  const waiting = { webhooks: [receiver.hook], webhookPatience: { waits: [3_600_000] } }
  await using first = await startTestServer(waiting)
  const { run } = await submit(first, 'end completed')
  await until(async () => (await detailsOf(first, run)).webhook?.attempts === 1)
  await first.close()
  await using second = await startTestServer({ ...waiting, folder: first.folder })
  expect(await settled(second, run)).toEqual({ name: 'crm', state: 'delivered', attempts: 2 })
  expect(receiver.received).toHaveLength(2)
})

test('an interrupted run is told, and told again when it was taken up', async () => {
  await using receiver = await startReceiver()
  await using first = await startTestServer({ webhooks: [receiver.hook] })
  const { run } = await first
    .connect()
    .ask('submitRun', { query: { wait: 0 }, body: { workflow: script('cancellable'), webhook: 'crm' } })
  await until(async () => (await detailsOf(first, run)).status === 'running')
  await first.close()
  await using second = await startTestServer({ webhooks: [receiver.hook], folder: first.folder })
  expect(await settled(second, run)).toMatchObject({ state: 'delivered' })
  await second.connect().ask('resumeRun', { id: run })
  expect((await detailsOf(second, run)).webhook).toEqual({ name: 'crm', state: 'pending', attempts: 0 })
  await second.connect().ask('cancelRun', { id: run })
  expect(await settled(second, run)).toMatchObject({ state: 'delivered' })
  const messages = receiver.received.map(({ body }) => JSON.parse(body) as WebhookMessage)
  expect(messages.map(({ data }) => data.status)).toEqual(['interrupted', 'cancelled'])
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
})

test('outputs that are too long for a message are left where the run is', () => {
  const details: RunDetails = {
    run: 'r',
    number: 1,
    name: 'w',
    status: 'completed',
    created: 0,
    finished: 1,
    workflow: script('w'),
    cells: { finished: 1, cached: 0, failed: 0, cancelled: 0, skipped: 0 },
    outputs: { a: { text: 'x'.repeat(mostMessageBytes) } },
  }
  const { data } = JSON.parse(writeMessage(details, '/wool')) as WebhookMessage
  expect(data).toMatchObject({ outputsLeftOut: true, path: '/wool/api/runs/r', status: 'completed' })
  expect(data.outputs).toBeUndefined()
  const short = { ...details, outputs: { a: { text: 'x' } } }
  expect(JSON.parse(writeMessage(short, '')).data).toMatchObject({ outputs: short.outputs })
})
