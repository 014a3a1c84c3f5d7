import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RunEvent, RunEventBody } from '@woolgather/workflow'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRunStore, type RunStore } from './run-store.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'woolgather-runs-'))))
afterAll(() => rm(folder, { recursive: true }))

const at = {}
const long = { artifact: 'f'.repeat(64), type: 'text/plain', bytes: 2_000 }
const told: RunEventBody[] = [
  { type: 'run.started', cells: 1, seeds: {} },
  { type: 'cell.started', node: 'a', at },
  { type: 'cell.token', node: 'a', at, text: '"type":"cell.finished"' },
  { type: 'cell.progress', node: 'a', at, done: 1, total: 2, unit: 'tokens' },
  // a user's JSON may say what it likes
  { type: 'cell.finished', node: 'a', at, outputs: { json: { type: 'cell.token' }, long }, milliseconds: 1 },
  { type: 'run.progress', done: 1, total: 1 },
]
const events = told.map((body, seq) => ({ run: 'r', seq, time: 0, ...body }) as RunEvent)

function open(file: string): RunStore {
  const store = openRunStore(file)
  if (store.find('r') !== undefined) return store
  const [first, ...others] = events
  store.add({ run: 'r', workflow: { format: 'woolgather', version: 1, name: 'w', nodes: {} } }, first!)
  store.append('r', others)
  return store
}

function expectFacts(store: RunStore): void {
  expect(store.history('r').map(({ type }) => type)).toEqual(['run.started', 'cell.started', 'cell.finished'])
  // what a page ends with decides whether it can wait for more
  const ends = events.map(({ seq }) => store.page('r', seq - 1)?.texts.length)
  expect(ends).toEqual([6, 5, 4, 3, 2, 1])
  expect(store.page('r', -1)).toMatchObject({ from: 0, to: 5, streams: true })
}

test('streamed text and progress are no history, whatever a user’s JSON looks like', () => {
  const store = open(path.join(folder, 'new.db'))
  expectFacts(store)
  store.close()
})

test('a history that does not say which events are streamed, or whose outputs are whose, opens and says the same', () => {
  const file = path.join(folder, 'old.db')
  open(file).close()
  const database = new Database(file)
  database.exec(
    `alter table events drop column stream; drop table artifacts; drop table orphans; drop index runs_with_webhook;
     alter table runs drop column webhook; pragma user_version = 5`,
  )
  database.close()
  const store = open(file)
  expectFacts(store)
  store.append('r', [{ run: 'r', seq: 6, time: 0, type: 'run.finished', status: 'completed' }])
  expect(store.page('r', 5)).toMatchObject({ from: 6, to: 6, streams: false })
  expect(store.remove('r')).toBe(true)
  expect(store.orphans()).toEqual([long.artifact])
  expect([store.find('r'), store.page('r', -1), store.remove('r')]).toEqual([undefined, undefined, false])
  store.close()
})
