import { expect, test } from 'vitest'
import type { RunEvent } from './events.ts'
import { followProgress, paceOf, type RunProgress } from './run-progress.ts'

const base = { run: 'r', seq: 0 }
const events: RunEvent[] = [
  { ...base, time: 1000, type: 'run.started', cells: 3, seeds: {} },
  { ...base, time: 1500, type: 'cell.started', node: 'a', at: {} },
  { ...base, time: 3000, type: 'run.progress', done: 4, total: 10 },
]

const follow = (some: RunEvent[]): RunProgress | undefined =>
  some.reduce<RunProgress | undefined>(followProgress, undefined)

test('progress follows the events, and pace is what it was so far', () => {
  const progress = follow(events)
  expect(progress).toEqual({ done: 4, total: 10, began: 1000, now: 3000 })
  expect(paceOf(progress as RunProgress)).toEqual({ perSecond: 2, secondsLeft: 3 })
})

test('reading may begin in the middle of a run', () => {
  expect(follow(events.slice(2))).toEqual({ done: 4, total: 10, began: 3000, now: 3000 })
})

test('before anything is done there is no pace', () => {
  expect(paceOf({ done: 0, total: 3, began: 0, now: 10 })).toBeUndefined()
})
