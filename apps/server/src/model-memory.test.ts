import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@woolgather/protocol'
import type { Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { collect, startTestServer, submit, until } from './testing/start-test-server.ts'

const workerEntry = createRequire(import.meta.url).resolve('@woolgather/worker/main')
const models = fileURLToPath(new URL('../../../models', import.meta.url))
const file = 'demo/storyteller.gguf'

/** model ──► story */
const story = (seed: number): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: 'story',
  nodes: {
    model: { type: 'loading/model', inputs: { file } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story about the sea.', seed, maxTokens: 4 },
      links: { model: ['model', 'model'] },
    },
  },
})

const loaded = async (client: Client): Promise<string[]> =>
  ((await client.ask('health')).memory.worker?.models ?? []).map((model) => model.file)

test('a model stays loaded after a run, is unloaded on request, and loaded again when it is needed', async () => {
  await using server = await startTestServer({ workerEntry, descriptions: undefined, models: [models] })
  const client = server.connect()
  await collect(client, await submit(client, story(1)))
  const { memory } = await client.ask('health')
  expect(memory).toEqual({
    server: expect.any(Number) as number,
    worker: { rss: expect.any(Number) as number, models: [{ file, bytes: expect.any(Number) as number }] },
  })
  expect(memory.worker?.models[0]?.bytes).toBeGreaterThan(900_000)
  await client.ask('unloadModels')
  await until(async () => (await loaded(client)).length === 0)
  const again = await collect(client, await submit(client, story(2)))
  expect(again.at(-1)).toMatchObject({ status: 'completed' })
  expect(await loaded(client)).toEqual([path.posix.normalize(file)])
})

test('a model that nobody uses for as long as was said is unloaded, and clients are told', async () => {
  await using server = await startTestServer({
    workerEntry,
    descriptions: undefined,
    models: [models],
    idleUnload: 0.3,
  })
  const told: number[] = []
  const client = server.connect({ onWorker: ({ memory }) => memory && told.push(memory.models.length) })
  await collect(client, await submit(client, story(1)))
  await until(async () => (await loaded(client)).length === 0)
  await until(() => told.length === 2)
  expect(told).toEqual([1, 0])
})
