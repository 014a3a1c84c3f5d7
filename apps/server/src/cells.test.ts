import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import type { RunEvent, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { slowMatrix, writeSlowNodes } from './testing/slow-nodes.ts'
import { collect, startTestServer, submit } from './testing/start-test-server.ts'

const workerEntry = createRequire(import.meta.url).resolve('@woolgather/worker/main')

const cellsOf = (events: readonly RunEvent[], type: RunEvent['type']): unknown[] =>
  events.flatMap((event) => (event.type === type && 'node' in event ? [[event.node, event.at]] : []))

/*
   axis 1, 2, 3 ──► template
*/
const texts: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Texts',
  nodes: {
    axis: { type: 'matrix/axis', inputs: { values: ['a', 'b', 'c'] } },
    text: {
      type: 'text/template',
      inputs: { template: 'say {{word}}' },
      links: { word: ['axis', 'value'] },
    },
  },
}

test('a cell asked for anew over the socket runs again, and the others come from the cache', async () => {
  await using server = await startTestServer({ workerEntry, descriptions: undefined })
  const client = server.connect()
  await collect(client, await submit(client, texts))
  const again = await client.submit(texts, { fresh: [{ node: 'text', at: { axis: 1 } }] })
  const events = await collect(client, 'run' in again ? again.run : '')
  expect(cellsOf(events, 'cell.started')).toEqual([['text', { axis: 1 }]])
  expect(cellsOf(events, 'cell.cached')).toHaveLength(3)
})

test('a cell cancelled while it runs fails alone: the rest of the run goes on', async () => {
  const nodes = writeSlowNodes()
  await using server = await startTestServer({ workerEntry, descriptions: undefined, nodes: [nodes.folder] })
  const client = server.connect()
  const run = await submit(client, slowMatrix(2, 2, -1))
  const cancelled = { node: 'cell', at: { x: 1, y: 0 } }
  client.subscribe(run, (events) => {
    if (cellsOf(events, 'cell.started').some((cell) => isDeepStrictEqual(cell, Object.values(cancelled))))
      client.cancel(run, cancelled)
    if (events.some(({ type }) => type === 'cell.failed')) nodes.letGo()
  })
  const events = await collect(client, run)
  expect(cellsOf(events, 'cell.failed')).toEqual([['cell', { x: 1, y: 0 }]])
  expect(events.find(({ type }) => type === 'cell.failed')).toMatchObject({ error: { code: 'cancelled' } })
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'partial' })
  expect(cellsOf(events, 'cell.finished').filter((cell) => (cell as string[])[0] === 'cell')).toHaveLength(3)
})
