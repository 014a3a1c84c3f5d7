import { get } from 'node:http'
import { connect } from 'node:net'
import { socketPath, pathOf } from '@woolgather/protocol'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { script, startTestServer, timeOf, type TestServer } from './testing/start-test-server.ts'

const hour = 3_600_000

describe('who asks too often', () => {
  test('is told when to ask again, and then served', async () => {
    const askThem = ({ url }: TestServer): Promise<Response[]> =>
      Promise.all(Array.from({ length: 15 }, () => fetch(url + pathOf('health'))))
    await using unlimited = await startTestServer()
    const window = Math.ceil(Math.max(300, (await timeOf(() => askThem(unlimited))) * 10))
    await using server = await startTestServer({ rates: { loopback: 10, window } })
    const answers = await askThem(server)
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      ...Array<number>(10).fill(200),
      ...Array<number>(5).fill(429),
    ])
    const refused = answers.find(({ status }) => status === 429) as Response
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ error: { code: 'too-many-requests' } })
    await expect.poll(async () => (await fetch(server.url + pathOf('health'))).status).toBe(200)
  })

  test('is not told by what a header claims', async () => {
    await using server = await startTestServer({ rates: { loopback: 3, window: hour } })
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) {
      const headers = { 'x-forwarded-for': `10.0.0.${i}`, forwarded: `for=10.0.0.${i}` }
      statuses.push((await fetch(server.url + pathOf('health'), { headers })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429])
  })

  test('behind a proxy each client has its own limit, by what the proxy notes and not by what the client claims', async () => {
    await using server = await startTestServer({ proxies: 1, rates: { others: 2, window: hour } })
    const ask = async (noted: string): Promise<number> =>
      (await fetch(server.url + pathOf('health'), { headers: { 'x-forwarded-for': noted } })).status
    expect([await ask('10.0.0.1'), await ask('10.0.0.1'), await ask('10.0.0.1')]).toEqual([200, 200, 429])
    expect(await ask('10.0.0.2')).toBe(200)
    // A proxy adds to what it is sent: the last address is its own note.
    expect(await ask('10.0.0.9, 10.0.0.1')).toBe(429)
  })

  test('counts by the network of an IPv6 address: with one of its own for each guess nobody guesses more', async () => {
    await using server = await startTestServer({ proxies: 1, token: 'a-long-enough-token' })
    const guess = async (address: string): Promise<number> => {
      const headers = { 'x-forwarded-for': address, authorization: 'Bearer a-wrong-guess-of-it' }
      return (await fetch(server.url + pathOf('nodes'), { headers })).status
    }
    for (let i = 0; i < 20; i++) expect(await guess(`2001:db8:0:${i}::${i}`)).toBe(401)
    expect(await guess('2001:db8::1')).toBe(429)
    expect(await guess('2001:db9::1')).toBe(401)
  })

  test('over a socket is cut off', async () => {
    await using server = await startTestServer()
    const socket = new WebSocket(server.url.replace('http', 'ws') + socketPath)
    await new Promise((resolve) => socket.once('open', resolve))
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.send('{"type":"hello","protocol":1}')
    // As fast as it takes them: how many it takes in a second is not for this machine to say.
    const flood = setInterval(() => {
      for (let i = 0; i < 1_000; i++) socket.send(`{"type":"run.unsubscribe","run":"${i}"}`)
    }, 1)
    expect(await closed).toBe(1008)
    clearInterval(flood)
  })
})

describe('a page of an allowed origin', () => {
  const token = 'a-long-enough-token'
  const page = 'http://localhost:3000'
  const ask = (url: string, origin: string, request: RequestInit = {}): Promise<Response> =>
    fetch(url, { ...request, headers: { origin, ...request.headers } })

  test('may read every answer, refusals too, and one of another origin none', async () => {
    await using server = await startTestServer({ token, allowedOrigins: [`${page}/`] })
    const url = server.url + pathOf('nodes')
    const allowed = async (origin: string, given: string): Promise<[number, string | null]> => {
      const answer = await ask(url, origin, { headers: { authorization: `Bearer ${given}` } })
      return [answer.status, answer.headers.get('access-control-allow-origin')]
    }
    expect(await allowed(page, token)).toEqual([200, page])
    expect(await allowed(page, 'a-wrong-token-of-it')).toEqual([401, page])
    expect(await allowed('http://localhost:3001', token)).toEqual([403, null])
    expect(await allowed(server.url, token)).toEqual([200, null])
  })

  test('is told before it asks that it may, without a token', async () => {
    await using server = await startTestServer({ token, allowedOrigins: [page] })
    const preflight = (origin: string): Promise<Response> =>
      ask(`${server.url}/v1/chat/completions`, origin, {
        method: 'OPTIONS',
        headers: {
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,x-stainless-lang',
        },
      })
    const { status, headers } = await preflight(page)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, page])
    expect(headers.get('access-control-allow-headers')).toBe('authorization,x-stainless-lang')
    expect(headers.get('access-control-allow-methods')).toContain('POST')
    const other = await preflight('http://other.example')
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })

  test('must be named as an origin', async () => {
    await expect(startTestServer({ allowedOrigins: ['localhost'] })).rejects.toMatchObject({
      code: 'invalid-input',
      message: '--allow-origin “localhost” is no origin.',
    })
  })
})

/** As JSON, which it may not be. */
function send(url: string, method: string, body: string): Promise<Response> {
  const request: RequestInit = { method, headers: { 'content-type': 'application/json' }, body }
  return fetch(url, request)
}

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('a body that is too much', () => {
  test.each([
    ['POST', pathOf('runs'), (value: string) => `{"id":"hello","inputs":{"a":${value}}}`],
    ['POST', pathOf('runs'), (value: string) => `{"workflow":${value}}`],
    ['PATCH', pathOf('queue'), (value: string) => `{"paused":${value}}`],
    ['PUT', pathOf('workflow', { id: 'mine' }), (value: string) => `{"workflow":${value}}`],
    ['POST', pathOf('downloads'), (value: string) => `{"source":${value}}`],
    ['POST', '/v1/chat/completions', (value: string) => `{"model":"hello","messages":${value}}`],
    ['POST', pathOf('importWorkflow'), (value: string) => `{"format":"woolgather","nodes":${value}}`],
  ])('because it nests too deep is refused: %s %s', async (method, route, body) => {
    await using server = await startTestServer()
    for (const levels of [120, 100_000]) {
      const answer = await send(server.url + route, method, body(deep(levels)))
      expect([400, 413, 422]).toContain(answer.status)
    }
  })

  test.each([
    ['POST', pathOf('runs'), 17_000_000],
    ['PATCH', pathOf('queue'), 1_100_000],
    ['PUT', pathOf('workflow', { id: 'mine' }), 17_000_000],
    ['POST', pathOf('downloads'), 1_100_000],
    ['POST', pathOf('importWorkflow'), 17_000_000],
    ['POST', '/v1/completions', 17_000_000],
  ])('because it is too long is refused: %s %s', async (method, route, bytes) => {
    await using server = await startTestServer()
    const answer = await send(server.url + route, method, JSON.stringify('x'.repeat(bytes)))
    expect([answer.status, await answer.json()]).toMatchObject([
      413,
      {
        error: {
          code: 'request-too-large',
          message: expect.stringMatching(
            /^The request has [\d,]+ bytes \([\d.]+ MiB\), more than the limit of [\d,]+ bytes \([\d.]+ MiB\)\.( |$)/,
          ) as string,
        },
      },
    ])
  })

  test('because a file is larger than an upload may be is refused with both sizes, before it is read', async () => {
    await using server = await startTestServer()
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      'POST /api/upload?name=a.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300000000\r\n\r\nx',
    )
    let answer = ''
    for await (const chunk of socket) {
      answer += String(chunk)
      if (answer.includes('}}')) break
    }
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain(
      '“a.csv” has 300,000,000 bytes (286.1 MiB), more than the limit of 268,435,456 bytes (256 MiB).',
    )
  })
})

test.each([
  ['POST', pathOf('runs')],
  ['PATCH', pathOf('queue')],
  ['PUT', pathOf('workflow', { id: 'mine' })],
  ['POST', '/v1/chat/completions'],
])('a body that is not sent as JSON is told so: %s %s', async (method, route) => {
  await using server = await startTestServer()
  const said = async (headers: Record<string, string>): Promise<[number, string]> => {
    const request: RequestInit = { method, headers, body: Buffer.from('{}') }
    const answer = await fetch(server.url + route, request)
    return [answer.status, await answer.text()]
  }
  expect(await said({})).toEqual([400, expect.stringContaining('the header content-type is missing')])
  expect(await said({ 'content-type': 'text/plain' })).toEqual([
    400,
    expect.stringContaining('“text/plain” and must be JSON'),
  ])
})

test('answers tell no stack, no path of this machine, and forbid being framed or sniffed', async () => {
  await using server = await startTestServer()
  const answers = [
    await fetch(`${server.url}/api/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    }),
    await fetch(`${server.url}/api/workflows/none`),
    await fetch(`${server.url}/api/workflows/broken`),
    await fetch(server.url + pathOf('importWorkflow'), {
      method: 'POST',
      body: JSON.stringify(script('x')).slice(0, 40),
    }),
  ]
  for (const answer of answers) {
    const text = await answer.text()
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(text).not.toMatch(/\.ts|\.js\b|\bat .*:\d+/)
    expect(text).not.toContain(server.folder)
    expect([answer.headers.get('x-content-type-options'), answer.headers.get('x-powered-by')]).toEqual([
      'nosniff',
      null,
    ])
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
})

test('a name the server is reached by may be written as an address has it: with capitals, a port, or an underscore', async () => {
  await using server = await startTestServer({
    allowedHosts: ['MyBox.Local', 'my_app:7860', 'https://wool.example/', 'fd00::7', 'größe.example'],
  })
  const { port } = new URL(server.url)
  const askAs = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: pathOf('health'), headers: { host } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }).on('error', reject)
    })
  for (const host of [
    'mybox.local:1',
    'MYBOX.LOCAL',
    'my_app:7860',
    'wool.example',
    '[fd00::7]:80',
    'xn--gre-6ka8i.example',
  ])
    expect(await askAs(host), host).toBe(200)
  for (const host of ['box.local', 'my-app', 'evil.example']) expect(await askAs(host), host).toBe(403)
  await expect(startTestServer({ allowedHosts: ['a b'] })).rejects.toThrow(
    '--allow-host “a b” is no name of a host.',
  )
})
