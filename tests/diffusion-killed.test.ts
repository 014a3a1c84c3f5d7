import { createClient, type Client } from '@woolgather/protocol'
import { symlink, mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { CellChoice, RunEvent, Workflow } from '@woolgather/workflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSocket, until } from '../apps/server/src/testing/start-test-server.ts'
import { root } from './scratch.ts'
import { serve } from './server.ts'

let server: Awaited<ReturnType<typeof serve>>
let client: Client
beforeAll(async () => {
  server = await serve()
  const models = server.scratch.path('models')
  await mkdir(models, { recursive: true })
  await symlink(path.join(root, 'models/demo'), path.join(models, 'demo'))
  client = createClient({ url: server.there[1]!, createSocket, reconnectDelay: 20 })
})
afterAll(async () => {
  client?.close()
  await server?.[Symbol.asyncDispose]()
})

/** Two stories, swept by their seeds. */
const stories: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'stories',
  nodes: {
    model: { type: 'loading/model', inputs: { file: 'demo/diffuser.gguf' } },
    seed: { type: 'matrix/axis', inputs: { values: '1, 2' } },
    story: {
      type: 'diffusion/diffuse',
      inputs: { prompt: 'Tell me a happy story about the sea.', steps: 32, remask: 0.1, guidance: 1.5 },
      links: { model: ['model', 'model'], seed: ['seed', 'value'] },
    },
  },
}

async function follow(fresh: CellChoice[] = []): Promise<{ events: RunEvent[]; over: () => boolean }> {
  const events: RunEvent[] = []
  const asked = await client.submit(stories, { fresh })
  if ('issues' in asked) throw new Error(JSON.stringify(asked.issues))
  client.subscribe(asked.run, (told) => events.push(...told))
  return { events, over: () => events.at(-1)?.type === 'run.finished' }
}

/** What the stories came to, by their places; a story that ended twice would be there twice. */
function ended(events: readonly RunEvent[]): (CellChoice & { outputs: unknown })[] {
  const found = events.flatMap((event) =>
    event.type === 'cell.finished' && event.node === 'story'
      ? [{ node: event.node, at: event.at, outputs: event.outputs }]
      : [],
  )
  return found.toSorted((a, b) => JSON.stringify(a.at).localeCompare(JSON.stringify(b.at)))
}

/** A run whose worker is killed while it fills a canvas; all its events. */
async function disturb(fresh: CellChoice[]): Promise<RunEvent[]> {
  const { events, over } = await follow(fresh)
  await until(() => over() || events.some((event) => event.type === 'cell.canvas' && event.step >= 5))
  const worker = await server.workerPid()
  expect(worker).toBeGreaterThan(0)
  process.kill(worker, 'SIGKILL')
  await until(over)
  return events
}

const canvasesBegun = (events: readonly RunEvent[]): number =>
  events.filter((event) => event.type === 'cell.canvas' && event.step === 0).length

test('a worker killed between the steps of a canvas is followed by one that fills it with the same text [R75]', async () => {
  let events: RunEvent[] = []
  // Where this process is slow to hear of a step, the kill comes when all are taken: then once more.
  while (canvasesBegun(events) <= 2)
    events = await disturb(ended(events).map(({ node, at }) => ({ node, at })))
  expect(events.at(-1)).toMatchObject({ status: 'completed' })
  const told = ended(events)
  expect(told).toHaveLength(2)
  const undisturbed = await follow(told.map(({ node, at }) => ({ node, at })))
  await until(undisturbed.over)
  expect(ended(undisturbed.events)).toEqual(told)
})
