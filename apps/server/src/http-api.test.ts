import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { docsPath, pathOf, type ErrorResponse, type RunDetails } from '@woolgather/protocol'
import { describe, expect, test } from 'vitest'
import { collect, script, startTestServer, until, type TestServer } from './testing/start-test-server.ts'

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

  test.each(['', '..', '../x', 'a/b', 'a\\b', '.hidden', 'a\0b', 'con.', 'x'.repeat(200)])(
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
