import { socketPath, pathOf, type ServerMessage } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  collect,
  createSocket,
  script,
  startTestServer,
  submit,
  timeOf,
  until,
  type TestServer,
} from './testing/start-test-server.ts'

const types = (events: RunEvent[]): string[] => events.map(({ seq, type }) => `${seq} ${type}`)
const numbers = (events: RunEvent[]): number[] => events.map(({ seq }) => seq)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** A socket without the typed client: what is sent is up to the test. */
interface RawClient {
  send(message: unknown): void
  sendText(text: string | Buffer): void
  messages: ServerMessage[]
  closed: Promise<number>
  socket: WebSocket
}

async function connectRaw(server: TestServer, greet = true): Promise<RawClient> {
  const socket = new WebSocket(server.url.replace('http', 'ws') + socketPath)
  const messages: ServerMessage[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as ServerMessage))
  socket.on('error', () => {})
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  const client: RawClient = {
    socket,
    messages,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    sendText: (text) => socket.send(text),
  }
  if (greet) client.send({ type: 'hello', protocol: 1 })
  return client
}

describe('a run over the socket', () => {
  test('is accepted, queued, run, and told event by event', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const events = await collect(
      client,
      await submit(client, script('start text; token hi; finish text; end completed')),
    )
    expect(types(events)).toEqual([
      '0 run.queued',
      '1 run.started',
      '2 cell.started',
      '3 cell.token',
      '4 cell.finished',
      '5 run.finished',
    ])
  })

  test('is seen whole by two clients, also by one that comes late', async () => {
    await using server = await startTestServer()
    const [one, two] = [server.connect(), server.connect()]
    const run = await submit(one, script('start text; tokens 300; finish text; end completed'))
    const [first, second] = await Promise.all([collect(one, run), collect(two, run)])
    const late = await collect(server.connect(), run)
    expect(numbers(first)).toEqual(upTo(305))
    expect(second).toEqual(first)
    expect(late).toEqual(first)
  })

  test('goes on where it was after the connection broke, with nothing missed and nothing twice', async () => {
    await using server = await startTestServer()
    const sockets: WebSocket[] = []
    const client = server.connect({
      createSocket: (url) => {
        const socket = createSocket(url)
        sockets.push(socket as unknown as WebSocket)
        return socket
      },
    })
    const run = await submit(client, script('start text; endless 5'))
    const seen: RunEvent[] = []
    await new Promise<void>((resolve) =>
      client.subscribe(run, (events) => {
        seen.push(...events)
        if (events.at(-1)?.type === 'run.finished') resolve()
        else if (sockets.length <= 3) sockets.at(-1)?.terminate()
        else client.cancel(run)
      }),
    )
    expect(sockets).toHaveLength(4)
    expect(numbers(seen)).toEqual(upTo(seen.length))
  })

  test('runs once where a client that missed the answer asks again', async () => {
    await using server = await startTestServer()
    const message = { type: 'run.submit', request: 'same', workflow: script('end completed') }
    const accepted: unknown[] = []
    for (let attempt = 0; attempt < 2; attempt++) {
      const client = await connectRaw(server)
      client.send(message)
      await until(() => client.messages.some(({ type }) => type === 'run.accepted'))
      accepted.push(client.messages.find(({ type }) => type === 'run.accepted'))
      client.socket.terminate()
    }
    expect(accepted[1]).toEqual(accepted[0])
  })

  test('can be asked for after any number', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const run = await submit(client, script('tokens 5; end completed'))
    await collect(client, run)
    expect(numbers(await collect(server.connect(), run, 4))).toEqual([5, 6, 7])
  })

  test('waits its turn, and a waiting one can be cancelled before it begins', async () => {
    await using server = await startTestServer({ parallelRuns: 1 })
    const client = server.connect()
    const first = await submit(client, script('cancellable'))
    const second = await submit(client, script('end completed'))
    client.cancel(second)
    expect(types(await collect(client, second))).toEqual(['0 run.queued', '1 run.finished'])
    client.cancel(first)
    expect((await collect(client, first)).at(-1)).toMatchObject({ status: 'cancelled' })
  })

  test('is cancelled where it is taken back between asking and the answer', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    await submit(client, script('end completed'))
    const asked = new AbortController()
    const answer = client.submit(script('cancellable'), {}, asked.signal)
    asked.abort()
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' })
    await until(async () => (await client.ask('runs')).runs.some(({ status }) => status === 'cancelled'))
  })

  test('is never sent where it is taken back before there was a server', async () => {
    await using server = await startTestServer()
    const sockets: ReturnType<typeof createSocket>[] = []
    const askAndTakeBack = (): void => {
      const asked = new AbortController()
      taken = client.submit(script('cancellable'), {}, asked.signal).catch((error: unknown) => error)
      asked.abort()
    }
    let taken: Promise<unknown> | undefined
    const client = server.connect({
      reconnectDelay: 1,
      createSocket(url) {
        const socket = createSocket(url)
        // Before this socket can have opened.
        if (sockets.push(socket) === 2) queueMicrotask(askAndTakeBack)
        return socket
      },
    })
    await submit(client, script('end completed'))
    sockets[0]?.close()
    await until(() => taken !== undefined)
    expect(await taken).toMatchObject({ code: 'cancelled' })
    await submit(client, script('end completed'))
    expect((await client.ask('runs')).runs).toHaveLength(2)
  })

  test('is refused with every issue where the workflow is wrong', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const workflow = script('never')
    workflow.nodes['text'] = { type: 'text/text', inputs: { value: 7 }, links: {} }
    workflow.nodes['ghost'] = { type: 'text/ghost' }
    const result = await client.submit(workflow)
    const issues = 'issues' in result ? result.issues : []
    expect(new Set(issues.map(({ node }) => node))).toEqual(new Set(['ghost', 'text']))
  })

  test('fails as native-crash where the worker dies, and the next one runs', async () => {
    await using server = await startTestServer()
    const states: string[] = []
    const client = server.connect({ onWorker: ({ state }) => states.push(state) })
    const events = await collect(
      client,
      await submit(client, script('start text; log oh no; crash SIGSEGV; end failed')),
    )
    expect(events.find(({ type }) => type === 'cell.failed')).toMatchObject({
      node: 'text',
      error: { code: 'native-crash', message: expect.stringContaining('SIGSEGV') as string, cause: 'oh no' },
    })
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'failed' })
    const next = await collect(client, await submit(client, script('end completed')))
    expect(next.at(-1)).toMatchObject({ status: 'completed' })
    await until(() => states.join(' ').includes('restarting'))
  })
})

describe('what one client costs', () => {
  test('a stream of tokens reaches it in at most 30 messages a second', async () => {
    await using server = await startTestServer()
    const client = await connectRaw(server)
    await collect(server.connect(), await submit(server.connect(), script('end completed')))
    const told = () => client.messages.flatMap((message) => (message.type === 'run.events' ? [message] : []))
    const events = (): RunEvent[] => told().flatMap((message) => message.events)
    // No shorter than the server sent, however late this process sees it.
    const milliseconds = await timeOf(async () => {
      client.send({ type: 'run.submit', request: 'a', workflow: script('stream 120 5; end completed') })
      await until(() => events().at(-1)?.type === 'run.finished')
    })
    expect(numbers(events())).toEqual(upTo(events().length))
    // What is no stream (started, finished) is told at once, besides.
    expect(told().length - 3).toBeLessThanOrEqual((milliseconds / 1_000) * 30 + 1)
    client.socket.close()
  })

  test('one that reads nothing for a while is caught up with everything', async () => {
    await using server = await startTestServer()
    const slow = await connectRaw(server)
    slow.send({
      type: 'run.submit',
      request: 'a',
      workflow: script('start text; tokens 5000; end completed'),
    })
    await until(() => slow.messages.some(({ type }) => type === 'run.accepted'))
    slow.socket.pause()
    const run = slow.messages.find((message) => message.type === 'run.accepted')?.run ?? ''
    await collect(server.connect(), run)
    slow.socket.resume()
    const events = (): RunEvent[] =>
      slow.messages.flatMap((message) => (message.type === 'run.events' ? message.events : []))
    await until(() => events().at(-1)?.type === 'run.finished')
    expect(numbers(events())).toEqual(upTo(5004))
    slow.socket.close()
  })
})

describe('messages that make no sense', () => {
  const nonsense: [string, string | Buffer][] = [
    ['no JSON', '{"type":'],
    ['an unknown type', '{"type":"run.explode"}'],
    ['null', 'null'],
    ['a field too many', '{"type":"run.cancel","run":"a","force":true}'],
    ['a very deep value', `{"type":"hello","protocol":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['binary', Buffer.from([1, 2, 3])],
  ]
  for (const [title, text] of nonsense) {
    test(`${title}: is answered with an error, and the connection goes on`, async () => {
      await using server = await startTestServer()
      const client = await connectRaw(server)
      client.sendText(text)
      client.send({ type: 'run.subscribe', run: 'none', after: -1 })
      // How the worker is may be told in between.
      const errors = () => client.messages.filter(({ type }) => type === 'error')
      await until(() => errors().length >= 2)
      expect(errors()).toMatchObject([
        { type: 'error', error: { code: 'protocol' } },
        { type: 'error', run: 'none', error: { code: 'run-not-found' } },
      ])
      client.socket.close()
    })
  }

  test('a workflow nested too deep is refused as one', async () => {
    await using server = await startTestServer()
    const client = await connectRaw(server)
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    client.sendText(`{"type":"run.submit","request":"a","workflow":{"nodes":${deep}}}`)
    const rejection = () => client.messages.find(({ type }) => type === 'run.rejected')
    await until(() => rejection() !== undefined)
    expect(rejection()).toMatchObject({
      type: 'run.rejected',
      request: 'a',
      issues: [{ code: 'invalid-workflow' }],
    })
    client.socket.close()
  })

  test('anything before hello is refused, and another protocol version ends the connection', async () => {
    await using server = await startTestServer()
    const client = await connectRaw(server, false)
    client.send({ type: 'run.cancel', run: 'a' })
    client.send({ type: 'hello', protocol: 99 })
    expect(await client.closed).toBe(1008)
    expect(client.messages).toMatchObject([
      { type: 'error', error: { code: 'protocol' } },
      { type: 'error', error: { code: 'unsupported-version' } },
    ])
  })

  test('a client that sends nothing else is cut off', async () => {
    await using server = await startTestServer()
    const client = await connectRaw(server)
    for (let i = 0; i < 20; i++) client.sendText('nonsense')
    expect(await client.closed).toBe(1008)
  })

  test('a message over the limit closes the connection, and the server goes on', async () => {
    await using server = await startTestServer()
    const client = await connectRaw(server)
    client.sendText('x'.repeat(17_000_000))
    expect(await client.closed).toBe(1009)
    expect(client.messages.at(-1)).toMatchObject({
      type: 'error',
      error: {
        code: 'request-too-large',
        message: expect.stringContaining(
          'more bytes than the limit of 16,842,752 bytes (16.1 MiB)',
        ) as string,
      },
    })
    expect((await fetch(server.url + pathOf('health'))).status).toBe(200)
  })
})

describe('stopping and starting again', () => {
  test('runs that waited go on waiting, the one that ran is interrupted, and the history is there [R59]', async () => {
    const before = await startTestServer({ parallelRuns: 1 })
    const client = before.connect()
    const running = await submit(client, script('start text; cancellable'))
    const waiting = await submit(client, script('end completed'))
    await until(async () => {
      const answer = await fetch(`${before.url}${pathOf('runEvents', { id: running })}`)
      return ((await answer.json()) as { events: unknown[] }).events.length >= 3
    })
    await before.close()

    await using after = await startTestServer({ folder: before.folder })
    const later = after.connect()
    expect((await collect(later, running)).at(-1)).toMatchObject({
      type: 'run.finished',
      status: 'interrupted',
    })
    expect((await collect(later, waiting)).at(-1)).toMatchObject({
      type: 'run.finished',
      status: 'completed',
    })
  })

  test('tells clients that it goes', async () => {
    const server = await startTestServer()
    const client = await connectRaw(server)
    await until(() => client.messages.length >= 2)
    await server[Symbol.asyncDispose]()
    expect(await client.closed).toBe(1001)
  })
})
