import { readdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { createFileArtifactStore } from '@woolgather/engine'
import type { ArtifactRef, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { script, startTestServer, until, type TestServer } from './testing/start-test-server.ts'

/** Outputs put long ago, as other runs have them. */
function outputsOf({ folder }: TestServer): { put: (text: string) => ArtifactRef; names: () => string[] } {
  const artifacts = path.join(folder, 'data', 'artifacts')
  const store = createFileArtifactStore(artifacts)
  return {
    put(text) {
      const reference = store.put(Buffer.from(text), 'text/plain')
      utimesSync(path.join(artifacts, reference.artifact.slice(0, 2), reference.artifact), 1, 1)
      return reference
    },
    names: () =>
      readdirSync(artifacts, { recursive: true })
        .map(String)
        .filter((name) => name.includes(path.sep)),
  }
}

const giving = (reference: object, end = 'end completed'): Workflow =>
  script(`start text; output text ${JSON.stringify({ text: reference })}; ${end}`)

test('a run that is forgotten takes along what no other run has, and one that goes on stays', async () => {
  await using server = await startTestServer()
  const { ask } = server.connect()
  const { put, names } = outputsOf(server)
  const [shared, own, late] = [put('shared'), put('its own'), put('of one that goes on')]
  const ended = async (workflow: Workflow): Promise<string> =>
    (await ask('submitRun', { body: { workflow }, query: { wait: 60 } })).run
  const both = await ended(giving(shared))
  const first = await ended(giving(shared))
  const second = await ended(giving(own))
  const { run: going } = await ask('submitRun', { body: { workflow: giving(late, 'cancellable') } })
  await until(async () => (await ask('runEvents', { id: going })).events.length > 3)

  await ask('deleteRun', { id: first })
  await ask('deleteRun', { id: second })
  await expect(ask('run', { id: second })).rejects.toMatchObject({ status: 404 })
  await expect(ask('deleteRun', { id: second })).rejects.toMatchObject({ status: 404 })
  await expect(ask('deleteRun', { id: going })).rejects.toMatchObject({ status: 409 })
  const kept = names().join(' ')
  expect([shared, own, late].map(({ artifact }) => kept.includes(artifact))).toEqual([true, false, true])
  expect((await ask('run', { id: both })).outputs).toEqual({ text: { text: 'shared' } })
  expect((await ask('runs')).runs.map(({ run }) => run)).toEqual([going, both])
})

test('what a run that goes on may be about to tell of stays until it has ended', async () => {
  await using server = await startTestServer()
  const { ask } = server.connect()
  const { names } = outputsOf(server)
  const { run: going } = await ask('submitRun', { body: { workflow: script('start text; cancellable') } })
  await until(async () => (await ask('run', { id: going })).status === 'running')
  const fresh = createFileArtifactStore(path.join(server.folder, 'data', 'artifacts')).put(
    Buffer.from('new'),
    'text/plain',
  )
  const { run } = await ask('submitRun', { body: { workflow: giving(fresh) }, query: { wait: 60 } })
  await ask('deleteRun', { id: run })
  expect(names()).toHaveLength(1)
  await ask('cancelRun', { id: going })
  await ask('run', { id: going, query: { wait: 60 } })
  expect(await ask('cleanRuns', { body: { keep: '1y' } })).toEqual({ runs: 0 })
  expect(names()).toEqual([])
})

test('outputs that stayed because a run went on go after a restart as well, and those that are told of again stay', async () => {
  const server = await startTestServer()
  const { ask } = server.connect()
  const { names } = outputsOf(server)
  await ask('submitRun', { body: { workflow: script('start text; cancellable') } })
  await until(async () => (await ask('queue')).running.length === 1)
  const store = createFileArtifactStore(path.join(server.folder, 'data', 'artifacts'))
  const [gone, again] = ['gone', 'again'].map((text) => store.put(Buffer.from(text), 'text/plain')) as [
    ArtifactRef,
    ArtifactRef,
  ]
  for (const output of [gone, again]) {
    const { run } = await ask('submitRun', { body: { workflow: giving(output) }, query: { wait: 60 } })
    await ask('deleteRun', { id: run })
  }
  await ask('submitRun', { body: { workflow: giving(again) }, query: { wait: 60 } })
  await server.close()
  expect(names()).toHaveLength(2)
  {
    await using _ = await startTestServer({ folder: server.folder })
    await until(() => names().length === 1)
    expect(names()[0]).toContain(again.artifact)
  }
  await server[Symbol.asyncDispose]()
})

test('a server keeps what it was told to, by age and by size, and a history of before is cleaned, too', async () => {
  const server = await startTestServer()
  const { put, names } = outputsOf(server)
  const { ask } = server.connect()
  for (let i = 0; i < 30; i++)
    await ask('submitRun', { body: { workflow: giving(put(`${i}`.repeat(10_000))) }, query: { wait: 60 } })
  await server.close()
  {
    await using small = await startTestServer({ folder: server.folder, keep: { bytes: 300_000 } })
    await until(async () => (await small.connect().ask('runs')).runs.length < 30)
    const { runs } = await small.connect().ask('runs')
    expect(runs[0]?.number).toBe(30)
    await until(() => names().length === runs.length)
  }
  {
    await using young = await startTestServer({ folder: server.folder, keep: { age: 1 } })
    await until(async () => (await young.connect().ask('runs')).runs.length === 0)
    await until(() => names().length === 0)
  }
  await server[Symbol.asyncDispose]()
})
