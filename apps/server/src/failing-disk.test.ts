import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathOf } from '@woolgather/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { script, startTestServer, submit, collect, until } from './testing/start-test-server.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'woolgather-disk-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!isRoot)('where the disk below the data folder is full', () => {
  beforeEach(() => void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]))
  afterEach(() => void execFileSync('umount', ['-l', folder]))

  const filler = (): string => path.join(folder, 'filler')
  const fill = (): void => {
    const file = openSync(filler(), 'a')
    const page = Buffer.alloc(4_096)
    try {
      while (writeSync(file, page) > 0);
    } catch {
      // full
    }
    closeSync(file)
  }

  test('a run that is asked for is refused, over HTTP and the socket, with the folder, and taken when there is room', async () => {
    await using server = await startTestServer({ folder })
    const client = server.connect()
    const long = {
      ...script('end completed'),
      nodes: { text: { type: 'text/text', inputs: { value: 'x'.repeat(50_000) } } },
    }
    await submit(client, long)
    fill()
    const disk = { code: 'disk-full', message: `The disk of “${path.join(folder, 'data')}” is full.` }
    expect(await client.submit(long)).toMatchObject({ issues: [disk] })
    await expect(client.ask('submitRun', { body: { workflow: long } })).rejects.toMatchObject({
      status: 507,
      told: disk,
    })
    expect(await client.ask('submitRange', { body: { workflow: long, rows: [{}, {}] } })).toMatchObject({
      runs: [{ error: disk }, { error: disk }],
    })
    expect(await client.ask('health')).toMatchObject({ status: 'impaired', error: disk })
    rmSync(filler())
    const run = await submit(client, long)
    expect((await collect(client, run)).at(-1)).toMatchObject({ status: 'completed' })
    expect(await client.ask('health')).toMatchObject({ status: 'ok' })
    expect((await client.ask('runs')).runs).toHaveLength(2)
  })

  test('a run that is going on fails as that, is told and listed so, and is so after a restart', async () => {
    const server = await startTestServer({ folder })
    const client = server.connect()
    const run = await submit(client, script('start text; wait 300; tokens 3000; cancellable'))
    const told = collect(client, run)
    await until(async () => (await client.ask('run', { id: run })).status === 'running')
    fill()
    const disk = { code: 'disk-full', message: expect.stringContaining(folder) as string }
    expect((await told).at(-1)).toMatchObject({ type: 'run.finished', status: 'failed', error: disk })
    expect(await client.ask('run', { id: run })).toMatchObject({ status: 'failed', error: disk })
    expect((await client.ask('queue')).running.length).toBeLessThanOrEqual(1)
    rmSync(filler())
    expect(await client.ask('health')).toMatchObject({ status: 'ok' })
    const next = await submit(client, script('end completed'))
    expect((await collect(client, next)).at(-1)).toMatchObject({ status: 'completed' })
    await server.close()
    await using again = await startTestServer({ folder })
    expect(await again.connect().ask('run', { id: run })).toMatchObject({ status: 'failed', error: disk })
  })

  test('what waits can be cancelled, and what is saved or uploaded is refused as that', async () => {
    await using server = await startTestServer({ folder })
    const client = server.connect()
    await client.ask('changeQueue', { body: { paused: true } })
    const run = await submit(client, script('end completed'))
    fill()
    await client.ask('cancelRun', { id: run })
    expect((await client.ask('run', { id: run })).status).toBe('cancelled')
    const workflow = {
      ...script('x'),
      nodes: { text: { type: 'text/text', inputs: { value: 'x'.repeat(50_000) } } },
    }
    await expect(client.ask('saveWorkflow', { id: 'mine', body: { workflow } })).rejects.toMatchObject({
      told: { code: 'disk-full', message: expect.stringContaining(folder) as string },
    })
    const upload = await fetch(`${server.url}${pathOf('upload')}?name=a.csv`, {
      method: 'POST',
      body: 'x'.repeat(500_000),
    })
    expect([upload.status, await upload.json()]).toMatchObject([507, { error: { code: 'disk-full' } }])
  })
})

describe('a history that is damaged', () => {
  const file = (): string => path.join(folder, 'data', 'woolgather.sqlite')

  async function withRun(): Promise<string> {
    await using server = await startTestServer({ folder })
    const client = server.connect()
    const run = await submit(client, script('start text; tokens 3000; end completed'))
    await collect(client, run)
    return run
  }

  test('in its middle fails who asks for what is there, and ends nothing', async () => {
    const run = await withRun()
    // What stays whole is the schema, and what is looked at to start.
    writeFileSync(file(), readFileSync(file()).fill(90, 4_096, 12_288))
    await using server = await startTestServer({ folder })
    const told: unknown[] = []
    const client = server.connect({ onRunError: (_, error) => told.push(error) })
    const damaged = { code: 'data-damaged', message: expect.stringContaining(file()) as string }
    expect(await client.submit(script('end completed'))).toMatchObject({ issues: [damaged] })
    client.subscribe(run, () => {})
    client.cancel(run)
    client.resume(run)
    await until(() => told.length === 3)
    expect(told).toMatchObject([damaged, damaged, damaged])
    await expect(client.ask('run', { id: run })).rejects.toMatchObject({ status: 500, told: damaged })
    expect(await client.ask('health')).toMatchObject({ status: 'impaired', error: damaged })
  })

  test.each([
    ['is something else', () => Buffer.alloc(5_000, 'x')],
    ['has another head', (bytes: Buffer) => bytes.fill(255, 0, 16)],
    ['has another schema', (bytes: Buffer) => bytes.fill(255, 100, 4_096)],
  ])('because it %s is refused with its name and what to do', async (_, damage) => {
    await withRun()
    writeFileSync(file(), damage(readFileSync(file())))
    await expect(startTestServer({ folder })).rejects.toMatchObject({
      code: 'data-damaged',
      message: expect.stringContaining(file()) as string,
      hint: expect.stringContaining('move that file away') as string,
    })
  })

  test('because a file or folder is in its way is refused with its name', async () => {
    writeFileSync(path.join(folder, 'data'), 'a file')
    await expect(startTestServer({ folder })).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining(path.join(folder, 'data')) as string,
    })
    rmSync(path.join(folder, 'data'))
    mkdirSync(file(), { recursive: true })
    await expect(startTestServer({ folder })).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining(file()) as string,
    })
  })
})

test.skipIf(!isRoot)('a data folder that cannot be written is refused with its name', async () => {
  await (await startTestServer({ folder })).close()
  const data = path.join(folder, 'data')
  execFileSync('mount', ['--bind', data, data])
  execFileSync('mount', ['-o', 'remount,bind,ro', data])
  try {
    await expect(startTestServer({ folder })).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining(data) as string,
    })
  } finally {
    execFileSync('umount', ['-l', data])
  }
})

test('a server that is refused its port leaves nothing behind', async () => {
  await using server = await startTestServer()
  const port = Number(new URL(server.url).port)
  await expect(startTestServer({ folder, port })).rejects.toThrow('is taken')
  expect(existsSync(path.join(folder, 'data'))).toBe(false)
})
