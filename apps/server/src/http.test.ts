import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  socketPath,
  pathOf,
  type ErrorResponse,
  type RunEventsResponse,
  type SavedWorkflow,
} from '@woolgather/protocol'
import { createFileArtifactStore } from '@woolgather/engine'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  collect,
  script,
  startTestServer,
  submit,
  timeOf,
  type TestServer,
} from './testing/start-test-server.ts'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Milliseconds that are no reason to cut honest clients off: ten times what they take here and now for some requests. */
async function honestPatience(): Promise<number> {
  await using server = await startTestServer()
  const askOften = async (): Promise<void> => {
    for (let times = 0; times < 10; times++) await ask(server, pathOf('health'))
  }
  return 2 * Math.ceil(Math.max(100, (await timeOf(askOften)) * 5))
}

/** Sends the path as it is written: `fetch` would tidy `..` away and set its own Host. */
function ask(
  server: TestServer,
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path: target, method, headers, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      },
    )
    request.on('error', reject)
    request.end()
  })
}

function put(server: TestServer, id: string, body: unknown): Promise<Response> {
  return fetch(server.url + pathOf('workflow', { id }), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const errorOf = (text: string): ErrorResponse['error'] => (JSON.parse(text) as ErrorResponse).error

/** The status with which a socket is refused, 101 where it is not. */
function openSocket(
  server: TestServer,
  headers: Record<string, string>,
  target: string = socketPath,
): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + target, { headers })
    socket.once('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => {})
  })
}

describe('what is there to read', () => {
  test('health, node types, models', async () => {
    await using server = await startTestServer()
    const [health, nodes, models] = await Promise.all(
      [pathOf('health'), pathOf('nodes'), pathOf('models')].map(async (route) =>
        (await fetch(server.url + route)).json(),
      ),
    )
    // What the worker holds in memory is told once it has said so.
    expect(health).toMatchObject({
      status: 'ok',
      version: expect.stringMatching(/^\d/) as string,
      worker: expect.stringMatching(/^(starting|ready)$/) as string,
    })
    expect(nodes).toMatchObject([{ type: 'text/text' }])
    expect(models).toEqual([])
  })

  test('events of a run, in pages', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const run = await submit(client, script('tokens 600; end completed'))
    const all = await collect(client, run)
    const page = async (after: number): Promise<RunEventsResponse> =>
      (
        await fetch(`${server.url}${pathOf('runEvents', { id: run })}?after=${after}`)
      ).json() as Promise<RunEventsResponse>
    const first = await page(-1)
    const second = await page(first.events.length - 1)
    expect([first.more, second.more]).toEqual([true, false])
    expect([...first.events, ...second.events]).toEqual(all)
    expect((await fetch(`${server.url}${pathOf('runEvents', { id: run })}?after=x`)).status).toBe(400)
    expect((await fetch(server.url + pathOf('runEvents', { id: 'none' }))).status).toBe(404)
  })

  test('artifacts by the hash of their bytes, as text that is never run', async () => {
    await using server = await startTestServer()
    const store = createFileArtifactStore(path.join(server.folder, 'data', 'artifacts'))
    const bytes = new TextEncoder().encode('"<script>alert(1)</script>"')
    const { artifact } = store.put(bytes, 'text')
    expect(artifact).toBe(createHash('sha256').update(bytes).digest('hex'))
    const answer = await ask(server, pathOf('artifact', { hash: artifact }))
    expect({ status: answer.status, text: answer.text, type: answer.headers['content-type'] }).toEqual({
      status: 200,
      text: '"<script>alert(1)</script>"',
      type: 'text/plain; charset=utf-8',
    })
    expect(answer.headers['content-security-policy']).toBe("default-src 'none'; sandbox")
    expect((await ask(server, pathOf('artifact', { hash: '0'.repeat(64) }))).status).toBe(404)
  })

  test('the built editor, or how to build it', async () => {
    await using without = await startTestServer()
    expect((await ask(without, '/')).text).toContain('npm run build')
    const editorFolder = path.join(without.folder, 'editor')
    mkdirSync(editorFolder)
    writeFileSync(path.join(editorFolder, 'index.html'), '<title>Woolgather</title>')
    await using server = await startTestServer({ editorFolder })
    const page = await ask(server, '/')
    expect(page.text).toBe('<title>Woolgather</title>')
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    expect(page.headers['x-powered-by']).toBeUndefined()
  })
})

describe('saved workflows', () => {
  test('are created, listed beside the examples, read and replaced', async () => {
    await using server = await startTestServer()
    const created = (await (await put(server, 'mine', { workflow: script('first') })).json()) as SavedWorkflow
    const replaced = await put(server, 'mine', { workflow: script('second'), revision: created.revision })
    const second = (await replaced.json()) as SavedWorkflow
    expect(second).toMatchObject({ id: 'mine', name: 'second', nodes: 1, example: false })
    expect(await (await fetch(server.url + pathOf('workflow', { id: 'mine' }))).json()).toEqual(second)
    const list = (await (await fetch(server.url + pathOf('workflows'))).json()) as unknown[]
    expect(list).toMatchObject([
      { id: 'hello', example: true },
      { id: 'mine', name: 'second', revision: second.revision, example: false },
    ])
    expect(readdirSync(path.join(server.folder, 'data', 'workflows'))).toEqual(['mine.json'])
  })

  test('are not overwritten by someone who has not read the last revision', async () => {
    await using server = await startTestServer()
    const { revision } = (await (
      await put(server, 'mine', { workflow: script('first') })
    ).json()) as SavedWorkflow
    const both = await Promise.all(
      ['second', 'third'].map((name) => put(server, 'mine', { workflow: script(name), revision })),
    )
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409])
    const loser = both.find(({ status }) => status === 409)
    expect(errorOf(await (loser as Response).text())).toMatchObject({ code: 'revision-conflict' })
    expect((await put(server, 'mine', { workflow: script('fourth') })).status).toBe(409)
    expect((await put(server, 'new', { workflow: script('x'), revision })).status).toBe(409)
  })

  test('that are examples stay as they are', async () => {
    await using server = await startTestServer()
    const example = path.join(server.folder, 'examples', 'hello.json')
    const before = readFileSync(example, 'utf8')
    const answer = await put(server, 'hello', { workflow: script('mine') })
    expect([answer.status, readFileSync(example, 'utf8')]).toEqual([403, before])
  })

  test('are refused where the body is none, too deep or too large, and nothing is written', async () => {
    await using server = await startTestServer()
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    const bodies: [unknown, number][] = [
      ['{"workflow":', 400],
      [{ workflow: { format: 'comfy' } }, 400],
      [{ workflow: script('a'), force: true }, 400],
      [`{"workflow":{"nodes":${deep}}}`, 400],
      [`{"workflow":"${'x'.repeat(17_000_000)}"}`, 413],
    ]
    for (const [body, status] of bodies) {
      const answer = await put(server, 'mine', body)
      const text = await answer.text()
      expect([status, Object.keys(errorOf(text)).includes('code')]).toEqual([answer.status, true])
      expect(text).not.toMatch(/node_modules|\.ts:\d|at .*\(/)
    }
    expect((await fetch(server.url + pathOf('workflow', { id: 'mine' }))).status).toBe(404)
  })
})

describe('paths that lead elsewhere', () => {
  for (const target of [
    '/api/workflows/..%2f..%2fsecret',
    '/api/workflows/%2e%2e',
    '/api/workflows/..%5csecret',
    '/api/workflows/hello%00',
    '/api/artifacts/..%2f..%2fsecret.json',
    `/api/artifacts/${'.'.repeat(64)}`,
    '/../../secret.json',
    '/..%2f..%2fsecret.json',
    '//secret.json',
  ]) {
    test(`${target} is not found`, async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-paths-'))
      writeFileSync(path.join(folder, 'secret.json'), JSON.stringify(script('secret')))
      const editorFolder = path.join(folder, 'editor')
      mkdirSync(editorFolder)
      await using serving = await startTestServer({ folder, editorFolder })
      const answer = await ask(serving, target)
      expect([404, 403, 400]).toContain(answer.status)
      expect(answer.text).not.toContain('secret","nodes')
    })
  }
})

describe('who may ask', () => {
  const cases: [string, Record<string, string>, number][] = [
    ['a program on this machine', {}, 200],
    ['the editor', { origin: 'OWN' }, 200],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['a page from a file', { origin: 'null' }, 403],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a name that was made to point here', { host: 'evil.example' }, 403],
    ['such a name as origin too', { host: 'evil.example', origin: 'http://evil.example' }, 403],
    ['a name that begins like ours', { host: 'localhost.evil.example' }, 403],
  ]
  for (const [title, headers, status] of cases) {
    test(`${title}: ${status}, over HTTP and socket alike`, async () => {
      await using server = await startTestServer()
      const sent = headers['origin'] === 'OWN' ? { origin: server.url } : headers
      expect((await ask(server, pathOf('health'), sent)).status).toBe(status)
      expect(await openSocket(server, sent)).toBe(status === 200 ? 101 : status)
    })
  }

  test('an allowed origin may, as a development server does', async () => {
    await using server = await startTestServer({ allowedOrigins: ['http://localhost:5173'] })
    expect(await openSocket(server, { origin: 'http://localhost:5173' })).toBe(101)
  })

  test('a socket anywhere else is not found', async () => {
    await using server = await startTestServer()
    expect(await openSocket(server, {}, '/api/elsewhere')).toBe(404)
  })

  test('everyone needs the token where there is one, and the page trades it for a cookie', async () => {
    const token = 'a-long-enough-token'
    await using server = await startTestServer({ token })
    const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` })
    expect((await ask(server, pathOf('nodes'))).status).toBe(401)
    expect((await ask(server, pathOf('nodes'), bearer(`${token}x`))).status).toBe(401)
    expect((await ask(server, pathOf('nodes'), bearer(token))).status).toBe(200)
    expect(await openSocket(server, {})).toBe(401)

    const entered = await ask(server, `/?token=${token}`)
    const [cookie] = entered.headers['set-cookie'] as string[]
    expect([entered.status, entered.headers['location']]).toEqual([303, '/'])
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
    expect(await openSocket(server, { cookie: cookie?.split(';')[0] ?? '' })).toBe(101)

    const { port } = new URL(server.url)
    expect(cookie?.startsWith(`woolgather-token-${port}=`)).toBe(true)
    for (const other of ['woolgather-token', 'woolgather-token-1', `woolgather-token-${port}x`])
      expect(await openSocket(server, { cookie: `${other}=${token}` })).toBe(401)
    expect(await openSocket(server, { cookie: `woolgather-token-${port}=%` })).toBe(401)
  })

  test('whoever guesses tokens has to wait after twenty, and the right one passes at once, from the same address too', async () => {
    const token = 'a-long-enough-token'
    await using server = await startTestServer({ token })
    const statuses: number[] = []
    for (let guess = 0; guess < 25; guess++) {
      const headers = { authorization: `Bearer guess-number-${guess}` }
      statuses.push((await ask(server, pathOf('nodes'), headers)).status)
    }
    expect(statuses).toEqual([...Array<number>(20).fill(401), ...Array<number>(5).fill(429)])
    expect(await openSocket(server, { authorization: 'Bearer guess-number-26' })).toBe(429)
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER  ${token}`]) {
      expect((await ask(server, pathOf('nodes'), { authorization })).status).toBe(200)
      expect(await openSocket(server, { authorization })).toBe(101)
    }
    expect((await ask(server, `/?token=${token}`, {})).status).toBe(303)
  })

  test.each([String.raw`/\host`, '//host', String.raw`/\/host`, String.raw`/\\host`])(
    'the redirect of %s stays on this server',
    async (target) => {
      const token = 'a-long-enough-token'
      await using server = await startTestServer({ token })
      const { status, headers } = await ask(server, `${target}?token=${token}`)
      const location = headers['location']
      if (status === 303) expect(new URL(String(location), server.url).origin).toBe(server.url)
      else expect([status, location]).toEqual([400, undefined])
    },
  )

  test('a request that names two hosts is refused, on the socket too', async () => {
    await using server = await startTestServer()
    const { port } = new URL(server.url)
    const answers = [
      '',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
    ].map(async (more) => {
      const socket = connect(Number(port), '127.0.0.1')
      const path = more === '' ? pathOf('health') : socketPath
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.example\r\n${more}\r\n`)
      const [answer] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return answer.toString('latin1').split('\r\n')[0]
    })
    expect(await Promise.all(answers)).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 40[03] /),
      expect.stringMatching(/^HTTP\/1\.1 40[03] /),
    ])
  })

  test.each([
    ['headers', 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '],
    ['a body', 'POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{'],
  ])('who sends %s drop by drop is cut off, and others are served meanwhile', async (_, beginning) => {
    const patience = await honestPatience()
    await using server = await startTestServer({ patience })
    const { port } = new URL(server.url)
    const closed = Array.from({ length: 50 }, async () => {
      const socket = connect(Number(port), '127.0.0.1')
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.on('error', () => {})
      socket.write(beginning)
      const drip = setInterval(() => socket.write('a'), patience / 5)
      return new Promise<void>((resolve) => {
        socket.once('close', () => {
          clearInterval(drip)
          resolve()
        })
        socket.resume()
      })
    })
    expect((await ask(server, pathOf('health'))).status).toBe(200)
    await Promise.all(closed)
  })

  test('an upload that is slow and alive comes through, and one that stands still ends with the reason', async () => {
    const patience = await honestPatience()
    await using server = await startTestServer({ patience })
    const { port } = new URL(server.url)
    const begin = (length: number): Socket => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        `POST /api/upload?name=slow.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`,
      )
      return socket
    }
    const parts = 40
    const [slow, still] = [begin(parts * 1_024), begin(parts * 1_024)]
    still.write('a'.repeat(15_000))
    const stood = textOf(still)
    const came = textOf(slow)
    // Several times as long as the still one is given.
    for (let part = 0; part < parts; part++) {
      slow.write('a'.repeat(1_024))
      await new Promise((resolve) => setTimeout(resolve, patience / 8))
    }
    expect(await came).toMatch(/^HTTP\/1\.1 201 [^]*"bytes":40960/)
    expect(await stood).toMatch(/^HTTP\/1\.1 408 [^]*"code":"timeout"/)
  })

  test('the network is let in only with a token that cannot be guessed', async () => {
    await expect(startTestServer({ host: '0.0.0.0' })).rejects.toThrow('give a token')
    await expect(startTestServer({ host: '0.0.0.0', token: 'short' })).rejects.toThrow('too short')
  })
})

test('what is nowhere is a JSON error', async () => {
  await using server = await startTestServer()
  const answer = await ask(server, '/api/nothing', {}, 'DELETE')
  expect(answer.status).toBe(404)
  expect(errorOf(answer.text)).toEqual({
    code: 'not-found',
    message: 'There is nothing at DELETE /api/nothing.',
  })
})

test('a taken port is told as such', async () => {
  await using server = await startTestServer()
  const port = Number(new URL(server.url).port)
  await expect(startTestServer({ port })).rejects.toThrow(`Port ${port} is taken`)
})

test('an address that this machine does not have is told', async () => {
  await expect(startTestServer({ host: '192.0.2.1', token: 'a-long-enough-token' })).rejects.toThrow(
    'This machine has no address 192.0.2.1',
  )
})

test('a data folder that another server uses is told as such', async () => {
  await using server = await startTestServer()
  await expect(startTestServer({ folder: server.folder })).rejects.toThrow(
    `Another server (process ${process.pid}) uses`,
  )
})

async function textOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}
