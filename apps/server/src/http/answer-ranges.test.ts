import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { collect, script, startTestServer } from '../testing/start-test-server.ts'

const text = (value: string) => ({ text: { type: 'text/text', inputs: { value } } })

test('a row that is refused keeps no other from being run, and is told in its place why', async () => {
  await using server = await startTestServer()
  const client = server.connect()
  const rows = [text('one'), { text: { type: 'no/such' } }, { text: 5 }, { ...text('two'), more: {} }, {}]
  const response = await fetch(`${server.url}/api/runs/range`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow: script('end completed'), rows }),
  })
  expect(response.status).toBe(202)
  const { runs } = (await response.json()) as { runs: { run?: string; error?: { code: string } }[] }
  expect(runs.map(({ error }) => error?.code)).toEqual([
    undefined,
    'unknown-node-type',
    'invalid-workflow',
    'invalid-workflow',
    undefined,
  ])
  const [first, , , , last] = runs.map(({ run }) => run ?? '')
  for (const [run, value] of [
    [first, 'one'],
    [last, 'hello'],
  ] as const) {
    expect((await collect(client, run ?? '')).at(-1)).toMatchObject({ status: 'completed' })
    expect((await client.ask('run', { id: run ?? '' })).workflow.nodes).toEqual(text(value))
  }
  expect((await client.ask('runs')).runs).toHaveLength(2)
})

test('a range from a foreign page, as plain text, of no rows, of too many or without an end is refused whole', async () => {
  await using server = await startTestServer()
  const ask = (headers: Record<string, string>, body: string): Promise<Response> =>
    fetch(`${server.url}/api/runs/range`, { method: 'POST', headers, body })
  const body = JSON.stringify({ workflow: script('end completed'), rows: [{}] })
  const json = { 'content-type': 'application/json' }
  const statuses = [
    await ask({ ...json, origin: 'https://elsewhere.example' }, body),
    await ask({ 'content-type': 'text/plain' }, body),
    await ask(json, JSON.stringify({ workflow: script('end completed'), rows: [] })),
    await ask(json, JSON.stringify({ workflow: script('end completed'), rows: Array(1_025).fill({}) })),
    await ask(json, `{"rows":${'['.repeat(50_000)}`),
  ].map(({ status }) => status)
  expect(statuses).toEqual([403, 400, 400, 400, 400])
  expect((await server.connect().ask('runs')).runs).toEqual([])
})

test('what is submitted again under the same key, also to a server started again, is the same runs [R114]', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-server-'))
  const rows = [text('one'), { text: { type: 'no/such' } }, text('two'), text('two')]
  const ask = async ({ url }: { url: string }, key: string | undefined, where: string, body: object) => {
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) }
    const response = await fetch(url + where, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, answer: (await response.json()) as unknown }
  }
  const workflow = script('end completed')
  const range = (server: { url: string }, key?: string, all = rows) =>
    ask(server, key, '/api/runs/range', { workflow, rows: all })
  let first: unknown
  {
    await using server = await startTestServer({ folder })
    first = await range(server, 'a-key')
    expect(await range(server, 'a-key')).toEqual(first)
    expect((await server.connect().ask('runs')).runs).toHaveLength(3)
    expect(await range(server, 'another')).not.toEqual(first)
    expect(await range(server)).not.toEqual(await range(server))
    expect(await range(server, 'a-key', rows.toReversed())).not.toEqual(first)
    expect((await range(server, 'no key')).status).toBe(400)
    const one = await ask(server, 'a-key', '/api/runs', { workflow })
    expect(await ask(server, 'a-key', '/api/runs', { workflow })).toEqual(one)
    const client = server.connect()
    const save = { id: 'mine', body: { workflow } }
    const { revision } = await client.ask('saveWorkflow', save)
    const saved = await ask(server, '"quoted"', '/api/runs', { id: 'mine' })
    expect(saved.status).toBe(202)
    await client.ask('saveWorkflow', {
      ...save,
      body: { workflow: { ...workflow, name: 'Other' }, revision },
    })
    expect(await ask(server, '"quoted"', '/api/runs', { id: 'mine' })).toEqual(saved)
  }
  await using server = await startTestServer({ folder })
  expect(await range(server, 'a-key')).toEqual(first)
  rmSync(folder, { recursive: true, force: true })
})
