import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { docsPath, pathOf, type ErrorResponse, type RunDetails, type SocketLike } from '@woolgather/protocol'
import { createFileArtifactStore } from '@woolgather/engine'
import type { Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  collect,
  script,
  startTestServer,
  submit,
  until,
  type TestServer,
} from './testing/start-test-server.ts'

async function post(
  server: TestServer,
  route: string,
  body: unknown,
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(server.url + route, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, json: await response.json() }
}

const errorOf = ({ json }: { json: unknown }): ErrorResponse['error'] => (json as ErrorResponse).error

describe('the result of a run', () => {
  const withText = (text: string): Workflow =>
    script(`start text; output text {"text":"${text}"}; end completed`)

  test('comes with one call, where it waits, or with a second', async () => {
    await using server = await startTestServer()
    const { ask } = server.connect()
    const body = { workflow: withText('hello') }
    const one = await ask('submitRun', { body, query: { wait: 60 } })
    const outputs = { text: { text: 'hello' } }
    expect(one).toMatchObject({ status: 'completed', outputs })
    const { run } = await ask('submitRun', { body })
    expect(await ask('run', { id: run, query: { wait: 60 } })).toMatchObject({ status: 'completed', outputs })
    await expect(ask('run', { id: 'none', query: { wait: 60 } })).rejects.toMatchObject({ status: 404 })
    await expect(ask('run', { id: run, query: { wait: 10_000 } })).rejects.toMatchObject({ status: 400 })
  })

  test('is what it is so far, where the time is over before', async () => {
    await using server = await startTestServer()
    const { ask } = server.connect()
    const { run } = await ask('submitRun', { body: { workflow: script('start text; cancellable') } })
    const soFar = await ask('run', { id: run, query: { wait: 0.05 } })
    expect(['queued', 'running']).toContain(soFar.status)
    expect(soFar.outputs).toBeUndefined()
    const waited = ask('run', { id: run, query: { wait: 60 } })
    await ask('cancelRun', { id: run })
    expect((await waited).status).toBe('cancelled')
  })

  test('has long outputs as they are, and a reference to what is gone', async () => {
    await using server = await startTestServer()
    const { ask } = server.connect()
    const store = createFileArtifactStore(path.join(server.folder, 'data', 'artifacts'))
    const here = store.put(Buffer.from('a long text'), 'text/plain')
    const gone = { ...here, artifact: 'f'.repeat(64) }
    const outputsOf = async (reference: object): Promise<unknown> => {
      const workflow = script(`start text; output text ${JSON.stringify({ text: reference })}; end completed`)
      const details = await ask('submitRun', { body: { workflow }, query: { wait: 60 } })
      return 'outputs' in details ? details.outputs : undefined
    }
    expect(await outputsOf(here)).toEqual({ text: { text: 'a long text' } })
    expect(await outputsOf(gone)).toEqual({ text: { text: gone } })
  })
})

describe('runs over HTTP', () => {
  test('are begun, read with what they were made of, and listed newest first, in pages', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const started: string[] = []
    for (const name of ['end completed', 'start text; fail text; end failed', 'finish text; end completed']) {
      const { run } = await client.ask('submitRun', { body: { workflow: script(name), targets: ['text'] } })
      await collect(client, run)
      started.push(run)
    }
    const details = await client.ask('run', { id: started[1] as string })
    expect(details).toEqual({
      run: started[1] as string,
      number: 2,
      name: 'start text; fail text; end failed',
      status: 'failed',
      created: expect.any(Number) as number,
      started: expect.any(Number) as number,
      finished: expect.any(Number) as number,
      workflow: script('start text; fail text; end failed'),
      targets: ['text'],
      versions: {
        woolgather: expect.stringMatching(/^\d/) as string,
        llama: 'test',
        nodes: { 'text/text': 1 },
      },
      seeds: {},
      cells: { finished: 0, cached: 0, failed: 1, cancelled: 0, skipped: 0 },
      outputs: {},
    } satisfies RunDetails)
    const first = await client.ask('runs', { query: { limit: 2 } })
    const second = await client.ask('runs', { query: { limit: 2, before: first.next } })
    expect([first, second].map(({ runs, next }) => [runs.map(({ number }) => number), next])).toEqual([
      [[3, 2], 2],
      [[1], undefined],
    ])
    const named = async (query: object): Promise<number[]> =>
      (await client.ask('runs', { query })).runs.map(({ number }) => number)
    expect([await named({ status: 'failed' }), await named({ name: 'FINISH' })]).toEqual([[2], [3]])
  })

  test('put values where they are asked to, also into a saved workflow', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const { run } = await client.ask('submitRun', { body: { id: 'hello', inputs: { 'text.value': 'bye' } } })
    await collect(client, run)
    expect((await client.ask('run', { id: run })).workflow.nodes['text']?.inputs).toEqual({ value: 'bye' })
  })

  test('are cancelled', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const { run } = await client.ask('submitRun', { body: { workflow: script('cancellable') } })
    await until(async () => (await client.ask('run', { id: run })).status === 'running')
    expect((await post(server, pathOf('cancelRun', { id: run }), {})).status).toBe(202)
    expect((await collect(client, run)).at(-1)).toMatchObject({ status: 'cancelled' })
    expect((await post(server, pathOf('cancelRun', { id: 'none' }), {})).status).toBe(404)
  })

  test.each<[string, unknown, number, string]>([
    ['no workflow', {}, 400, 'protocol'],
    ['both', { workflow: script('x'), id: 'hello' }, 400, 'protocol'],
    ['something more', { id: 'hello', force: true }, 400, 'protocol'],
    ['text', '"hello"', 400, 'protocol'],
    ['an id of nothing', { id: 'nothing' }, 404, 'not-found'],
    ['a value that goes nowhere', { id: 'hello', inputs: { nothing: 1 } }, 422, 'unknown-input'],
    [
      'a workflow with issues',
      { workflow: { ...script('x'), nodes: { a: { type: 'no/such' } } } },
      422,
      'unknown-node-type',
    ],
  ])('are refused where the body has %s', async (_, body, status, code) => {
    await using server = await startTestServer()
    const answer = await post(server, pathOf('runs'), body)
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
  })

  test('are refused with what was probably meant, or how to send it', async () => {
    await using server = await startTestServer()
    expect(errorOf(await post(server, pathOf('runs'), { id: 'helo' })).hint).toBe('Did you mean “hello”?')
    expect(errorOf(await post(server, pathOf('runs'), {})).hint).toContain('content-type application/json')
  })

  test('are not listed by a query that cannot be read, nor read where there are none', async () => {
    await using server = await startTestServer()
    const statuses = await Promise.all(
      ['?limit=0', '?limit=x', '?status=odd', '?other=1', '/none'].map(
        async (query) => (await fetch(server.url + pathOf('runs') + query)).status,
      ),
    )
    expect(statuses).toEqual([400, 400, 400, 400, 404])
  })
})

describe('saved workflows', () => {
  test('keep every state they were saved in, also after they are deleted', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const first = await client.ask('saveWorkflow', { id: 'mine', body: { workflow: script('first') } })
    const second = await client.ask('saveWorkflow', {
      id: 'mine',
      body: {
        workflow: script('second'),
        revision: first.revision,
      },
    })
    await expect(
      client.ask('deleteWorkflow', { id: 'mine', query: { revision: first.revision } }),
    ).rejects.toMatchObject({
      code: 'revision-conflict',
    })
    await client.ask('deleteWorkflow', { id: 'mine', query: { revision: second.revision } })
    await expect(client.ask('workflow', { id: 'mine' })).rejects.toMatchObject({ code: 'not-found' })
    expect(
      (await client.ask('revisions', { id: 'mine' })).map(({ name, revision }) => [name, revision]),
    ).toEqual([
      ['second', second.revision],
      ['first', first.revision],
    ])
    expect((await client.ask('revision', { id: 'mine', revision: first.revision })).workflow).toEqual(
      script('first'),
    )
    await expect(
      client.ask('deleteWorkflow', { id: 'hello', query: { revision: 'x' } }),
    ).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('uploads', () => {
  test('arrive whole under their name', async () => {
    await using server = await startTestServer()
    const text = 'a,b\n1,2\n'.repeat(10_000)
    const answer = await server
      .connect()
      .ask('upload', { query: { name: 'table 1.csv' }, body: new Blob([text]) })
    expect(answer).toMatchObject({ file: 'table 1.csv', bytes: text.length })
    const folder = path.join(server.folder, 'data', 'inputs')
    expect(readdirSync(folder)).toEqual(['table 1.csv'])
    expect(readFileSync(path.join(folder, 'table 1.csv'), 'utf8')).toBe(text)
  })

  test('have names in any script', async () => {
    await using server = await startTestServer()
    const name = 'Einkäufe – 買い物.csv'
    await server.connect().ask('upload', { query: { name }, body: new Blob(['a']) })
    expect(readdirSync(path.join(server.folder, 'data', 'inputs'))).toEqual([name])
  })

  test.each(['', '..', '../x', 'a/b', 'a\\b', '.hidden', 'a\0b', 'con.', 'x'.repeat(200), 'é'.repeat(120)])(
    'are refused under the name %j',
    async (name) => {
      await using server = await startTestServer()
      const query = new URLSearchParams({ name })
      const answer = await fetch(`${server.url}${pathOf('upload')}?${query}`, { method: 'POST', body: 'x' })
      expect(answer.status).toBe(400)
    },
  )
})

test('the interface is described as OpenAPI and as a page', async () => {
  await using server = await startTestServer()
  const document = (await (await fetch(server.url + docsPath)).json()) as {
    openapi: string
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
  }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/api/runs', '/api/runs/{id}', '/api/workflows/{id}/revisions/{revision}']),
  )
  // What is described is there, under its method.
  for (const [route, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) {
      const target = route.replace(/\{\w+\}/g, 'none')
      const answer = await fetch(server.url + target, { method: method.toUpperCase() })
      expect([route, method, await answer.text()]).not.toEqual([
        route,
        method,
        expect.stringContaining('There is nothing at'),
      ])
    }
  }
  const page = await fetch(server.url + docsPath, { headers: { accept: 'text/html' } })
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await page.text()).not.toMatch(/src=|https?:\/\/(?!127)/)
})

test('below a path that a proxy puts before it everything is found, whether or not the proxy takes it away', async () => {
  const editorFolder = mkdtempSync(path.join(tmpdir(), 'woolgather-editor-'))
  writeFileSync(path.join(editorFolder, 'index.html'), '<script src="./assets/a.js"></script>')
  mkdirSync(path.join(editorFolder, 'assets'))
  writeFileSync(path.join(editorFolder, 'assets', 'a.js'), '1')
  await using server = await startTestServer({
    basePath: '/wool',
    editorFolder,
    token: 'a-long-enough-token',
  })
  const headers = { authorization: 'Bearer a-long-enough-token' }
  const { origin } = new URL(server.url)
  expect(server.url).toBe(`${origin}/wool`)
  const ask = (route: string): Promise<Response> => fetch(origin + route, { headers, redirect: 'manual' })
  for (const base of ['/wool', ''])
    for (const route of ['/', '/assets/a.js', '/health', '/api/docs', '/v1/models'])
      expect([route, (await ask(base + route)).status]).toEqual([route, 200])
  expect((await ask('/wool')).headers.get('location')).toBe('/wool/')
  expect((await ask('/wool/?token=a-long-enough-token')).headers.get('location')).toBe('/wool/')
  expect((await ask('/woolly/health')).status).toBe(404)
  const client = server.connect({
    createSocket: (url) => new WebSocket(url, { headers }) as unknown as SocketLike,
  })
  const run = await submit(client, script('end completed'))
  expect((await collect(client, run)).at(-1)).toMatchObject({ status: 'completed' })
})
