import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { collect, startTestServer, submit } from './testing/start-test-server.ts'

const workerEntry = createRequire(import.meta.url).resolve('@woolgather/worker/main')

const nodes = `export const nodes = [{
  type: 'hungry/node', version: 1, title: 'Hungry', description: 'Takes all memory there is where it is told to.', impure: true,
  inputs: { all: { type: 'boolean', description: 'All of it.' } },
  outputs: { all: { type: 'boolean', description: 'The same.' } },
  run: ({ all }) => {
    for (const taken = []; all; ) taken.push(new Array(1e6).fill(taken.length))
    return { all }
  },
}]`

/*
   which ──► hungry ──► grid        (cell 1 of 3 takes all memory)
*/
const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'hungry',
  nodes: {
    which: { type: 'matrix/axis', inputs: { values: [false, true, false] } },
    hungry: { type: 'hungry/node', links: { all: ['which', 'value'] } },
    grid: { type: 'matrix/grid', links: { values: ['hungry', 'all'] } },
  },
}

test('a cell that takes all memory fails as such with the last words; the other cells, and other runs, do not', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-hungry-'))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(folder, 'index.js'), nodes)
  await using server = await startTestServer({
    workerEntry,
    workerEnv: { NODE_OPTIONS: '--max-old-space-size=120' },
    descriptions: undefined,
    nodes: [folder],
  })
  const client = server.connect()
  const hungry = submit(client, workflow).then((run) => collect(client, run))
  const other = submit(client, {
    ...workflow,
    nodes: { text: { type: 'text/text', inputs: { text: 'hello' } } },
  }).then((run) => collect(client, run))
  const events = await hungry
  const ended = events.flatMap((event) =>
    'node' in event && event.node === 'hungry' && event.type !== 'cell.started'
      ? [[event.type, event.at['which'], event.type === 'cell.failed' && event.error.code]]
      : [],
  )
  expect(ended.sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
    ['cell.finished', 0, false],
    ['cell.failed', 1, 'out-of-memory'],
    ['cell.finished', 2, false],
  ])
  const failed = events.find(({ type }) => type === 'cell.failed')
  expect(failed).toMatchObject({ error: { cause: expect.stringContaining('out of memory') as string } })
  expect(events.at(-1)).toMatchObject({ status: 'partial' })
  expect((await other).at(-1)).toMatchObject({ status: 'completed' })
})
