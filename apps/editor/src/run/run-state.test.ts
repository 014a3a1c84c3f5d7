import type { RunEvent, RunEventBody } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { reduceRun, newRun, type RunState } from './run-state.ts'

function play(...bodies: RunEventBody[]): RunState {
  const events = bodies.map((body, seq) => ({ run: 'r', seq, time: 1000 + seq, ...body }) as RunEvent)
  return events.reduce(reduceRun, newRun('r'))
}

const at = {}

test('A run that streams and finishes ends with its text, outputs and time', () => {
  const run = play(
    { type: 'run.queued' },
    { type: 'run.started', cells: 1, seeds: { story: 5 } },
    { type: 'cell.started', node: 'story', at },
    { type: 'cell.progress', node: 'story', at, done: 1, total: 2, unit: 'tokens' },
    { type: 'cell.token', node: 'story', at, text: 'Once ' },
    { type: 'cell.token', node: 'story', at, text: 'upon' },
    { type: 'cell.finished', node: 'story', at, outputs: { text: 'Once upon' }, milliseconds: 12 },
    { type: 'run.finished', status: 'completed' },
  )
  expect(run).toEqual({
    id: 'r',
    status: 'completed',
    seq: 7,
    seeds: { story: 5 },
    started: 1001,
    finished: 1007,
    nodes: {
      story: {
        status: 'finished',
        latest: '',
        cells: {
          '': {
            status: 'finished',
            at: {},
            text: 'Once upon',
            progress: { done: 1, total: 2, unit: 'tokens' },
            outputs: { text: 'Once upon' },
            started: 1002,
            ended: 1006,
            milliseconds: 12,
          },
        },
      },
    },
  })
})

test('Events that were seen before change nothing', () => {
  const token: RunEvent = { type: 'cell.token', run: 'r', seq: 0, time: 1, node: 'a', at, text: 'x' }
  const once = reduceRun(newRun('r'), token)
  expect(reduceRun(once, token)).toBe(once)
})

test('Events of another run change nothing', () => {
  const run = newRun('r')
  expect(reduceRun(run, { type: 'run.queued', run: 'other', seq: 0, time: 1 })).toBe(run)
})

test('A token for one node leaves the state of every other node the same object', () => {
  const run = play({ type: 'cell.started', node: 'a', at }, { type: 'cell.started', node: 'b', at })
  const next = reduceRun(run, { type: 'cell.token', run: 'r', seq: 9, time: 1, node: 'a', at, text: 'x' })
  expect(next.nodes['b']).toBe(run.nodes['b'])
})

test('A node that failed at one coordinate and finished at another counts as failed', () => {
  const error = { code: 'node-failed', message: 'no' } as const
  const run = play(
    { type: 'cell.finished', node: 'a', at: { t: 0 }, outputs: {}, milliseconds: 1 },
    { type: 'cell.failed', node: 'a', at: { t: 1 }, error },
  )
  expect(run.nodes['a']?.status).toBe('failed')
})

test('A cancelled run leaves nothing running and keeps the text that came', () => {
  const run = play(
    { type: 'cell.started', node: 'a', at },
    { type: 'cell.token', node: 'a', at, text: 'half' },
    { type: 'run.finished', status: 'cancelled' },
  )
  expect(run.nodes['a']?.cells['']).toEqual({
    status: 'stopped',
    at: {},
    text: 'half',
    started: 1000,
  })
})

test('An interrupted run that is taken up again waits, and a cell that begins anew shows no text twice', () => {
  const before: RunEventBody[] = [
    { type: 'run.started', cells: 1, seeds: {} },
    { type: 'cell.finished', node: 'a', at, outputs: { text: 'kept' }, milliseconds: 1 },
    { type: 'cell.started', node: 'b', at },
    { type: 'cell.token', node: 'b', at, text: 'Once up' },
    { type: 'run.finished', status: 'interrupted', error: { code: 'worker-lost', message: 'gone' } },
    { type: 'run.queued' },
  ]
  const waiting = play(...before)
  expect(waiting).toMatchObject({ status: 'queued', nodes: { a: { status: 'finished' } } })
  expect(waiting).not.toHaveProperty('error')
  const again = play(
    ...before,
    { type: 'cell.started', node: 'b', at },
    { type: 'cell.token', node: 'b', at, text: 'Once' },
  )
  expect(again.nodes['b']?.cells['']?.text).toBe('Once')
})

test('A cancelled cell and those skipped because of it are stopped, not failed', () => {
  const run = play(
    { type: 'cell.started', node: 'a', at },
    { type: 'cell.failed', node: 'a', at, error: { code: 'cancelled', message: 'The run was cancelled.' } },
    { type: 'cell.skipped', node: 'b', at, reason: '`a` was cancelled', because: 'cancelled' },
    { type: 'cell.failed', node: 'c', at, error: { code: 'node-failed', message: 'no' } },
    { type: 'cell.skipped', node: 'd', at, reason: '`c` failed', because: 'failed' },
  )
  const told = Object.entries(run.nodes).map(([id, { status, cells }]) => [
    id,
    status,
    cells['']?.error?.code,
  ])
  expect(told).toEqual([
    ['a', 'stopped', undefined],
    ['b', 'stopped', undefined],
    ['c', 'failed', 'node-failed'],
    ['d', 'skipped', undefined],
  ])
})
