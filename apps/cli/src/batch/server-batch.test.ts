import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { pathOf, type QueueState } from '@woolgather/protocol'
import { afterAll, expect, test } from 'vitest'
import { createServerRunner, ServerGone } from '../running/server-runner.ts'
import { prepare, type BatchFiles } from '../testing/batch-files.ts'
import { gated, writeGateNodes } from '../testing/gate-nodes.ts'

const serverEntry = fileURLToPath(new URL('../../../server/bin/main.js', import.meta.url))
const token = 'a-long-enough-token'
const rows = Array.from({ length: 12 }, (_, row) => row)
const { folder: nodes, openTo } = writeGateNodes()
const data = mkdtempSync(path.join(tmpdir(), 'woolgather-served-'))
let server = await startServer(0)
afterAll(() => server.child.kill('SIGTERM'))

interface Server {
  child: ChildProcess
  url: string
  port: number
}

async function startServer(port: number, secret: string = token): Promise<Server> {
  const args = ['--port', String(port), '--data', data, '--output', data, '--nodes', nodes, '--cpu']
  const child = spawn(process.execPath, [serverEntry, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, WOOLGATHER_TOKEN: secret },
  })
  const url = await new Promise<string>((resolve) =>
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(/^\S+/.exec(text)?.[0] ?? '')),
  )
  return { child, url, port: Number(new URL(url).port) }
}

async function endServer(signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => server.child.once('exit', resolve))
  server.child.kill(signal)
  await ended
}

/** A batch on the server of which 5 rows have lines, and 4 are being run. */
async function batchUnderWay(): Promise<{ batch: BatchFiles; ended: ReturnType<BatchFiles['run']> }> {
  const batch = prepare({
    rows: ['rows.csv', `who\n${rows.map((row) => `person ${row}\n`).join('')}`],
    nodes: gated,
    options: ['--server', server.url, '--concurrency', '4'],
  })
  openTo(5)
  const ended = batch.run()
  await batch.haveLines(5)
  return { batch, ended }
}

async function ask<Answer>(route: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(new URL(route, server.url), { ...init, headers })
  return (await answer.json()) as Answer
}

test('a row whose run somebody cancels on the server is a line that says so, and the others go on', async () => {
  const { batch, ended } = await batchUnderWay()
  const { running } = await ask<QueueState>(pathOf('queue'))
  await ask(pathOf('cancelRun', { id: running[1]! }), { method: 'POST' })
  openTo(1_000)
  expect((await ended).code).toBe(3)
  expect(batch.lines().map(({ row }) => row)).toEqual(rows)
  const cancelled = batch.lines().filter(({ status }) => status !== 'completed')
  expect(cancelled).toMatchObject([{ status: 'failed', errors: [{ code: 'cancelled' }] }])
  expect((await batch.run(['--retry-failed'])).code).toBe(0)
  expect(batch.lines().map(({ outputs }) => outputs['said'])).toEqual(rows.map((row) => `done person ${row}`))
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'rows are sent again to a server that ended by %s and is back',
  async (signal) => {
    const { batch, ended } = await batchUnderWay()
    await endServer(signal)
    server = await startServer(server.port)
    openTo(1_000)
    expect((await ended).code).toBe(0)
    expect(batch.lines().map(({ row, status }) => [row, status])).toEqual(
      rows.map((row) => [row, 'completed']),
    )
  },
)

test('where the server does not want to know it any more a batch ends with 1, and is gone on with later', async () => {
  const { batch, ended } = await batchUnderWay()
  await endServer('SIGTERM')
  server = await startServer(server.port, 'a-token-that-is-another')
  const { code, stderr } = await ended
  expect([code, stderr]).toEqual([1, expect.stringMatching(/WOOLGATHER_TOKEN.*--resume/)])
  expect([batch.lines().length, batch.exists('out.jsonl.batch')]).toEqual([5, true])
  await endServer('SIGTERM')
  server = await startServer(server.port)
  openTo(1_000)
  expect((await batch.run(['--resume'])).code).toBe(0)
  expect(batch.lines().map(({ row }) => row)).toEqual(rows)
})

test('a server that does not answer, or a proxy in its place, is asked again and then given up', async () => {
  const statuses = [503, 502, 200]
  await using proxy = createServer((_, response) => {
    response
      .writeHead(statuses.shift() ?? 504, { 'content-type': 'application/json' })
      .end('{"runs":[{"run":"r"}]}')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const run = createServerRunner(`http://127.0.0.1:${port}`, { patience: 3 }).run({
    run: 'r',
    workflow: { format: 'woolgather', version: 1, name: 'x', nodes: {} },
    onEvents: () => {},
  })
  await expect(run).rejects.toThrow(ServerGone)
  expect(statuses).toEqual([])
})
