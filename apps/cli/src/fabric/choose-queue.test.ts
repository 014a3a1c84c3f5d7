import { describe, expect, test } from 'vitest'
import { chooseQueues, type WorkerView } from './choose-queue.ts'

const length = (queue: string, others: number, interactive = 0) => ({ queue, interactive, others })
const view = (changes: Partial<WorkerView> = {}): WorkerView => ({
  loaded: 'mine',
  isBusy: false,
  hasAlone: false,
  aloneSince: 0,
  idleFor: 0,
  onQueueFor: 1_000,
  loadTime: 10_000,
  others: new Map(),
  ...changes,
})

describe('a worker', () => {
  const lines = [length('short', 1), length('mine', 2), length('long', 9)]

  test('stays with the models it has loaded as long as there is work for them', () => {
    expect(chooseQueues(lines, view())).toEqual(['mine'])
    expect(chooseQueues(lines, view({ isBusy: true }))).toEqual(['mine'])
  })

  test('takes from the longest other line after idling for half of what loading takes', () => {
    expect(chooseQueues(lines, view({ idleFor: 4_999 }))).toEqual(['mine'])
    expect(chooseQueues(lines, view({ idleFor: 5_000 }))).toEqual(['mine', 'long', 'short'])
  })

  test('with no model yet begins where most waits', () => {
    expect(chooseQueues(lines, view({ loaded: undefined }))).toEqual(['long', 'mine', 'short'])
  })

  test('goes where each of those who are at work has most, so that few load the same', () => {
    const others = new Map([['long', 9]])
    expect(chooseQueues(lines, view({ loaded: undefined, others }))).toEqual(['mine', 'short', 'long'])
    expect(chooseQueues(lines, view({ idleFor: 5_000, others }))).toEqual(['mine', 'short', 'long'])
  })

  test('leaves its line when others have waited for long: nobody starves', () => {
    expect(chooseQueues(lines, view({ onQueueFor: 200_001 }))).toEqual(['long', 'short', 'mine'])
    expect(chooseQueues(lines, view({ onQueueFor: 9_999, loadTime: 1 }))).toEqual(['mine'])
    expect(chooseQueues(lines, view({ onQueueFor: 10_001, loadTime: 1 }))).toEqual(['long', 'short', 'mine'])
  })

  test('goes to where somebody waits for a run, once what it has in hand is done [R84]', () => {
    const waited = [...lines, length('asked', 0, 1)]
    expect(chooseQueues(waited, view({ isBusy: true }))).toEqual([])
    expect(chooseQueues(waited, view())).toEqual(['mine', 'asked'])
  })

  test('begins what stands alone with empty hands only, before the rest, and nothing beside it', () => {
    const alone = [...lines, length('mine-alone', 1)]
    expect(chooseQueues(alone, view())).toEqual(['mine-alone', 'mine'])
    expect(chooseQueues(alone, view({ isBusy: true }))).toEqual(['mine'])
    expect(chooseQueues(alone, view({ isBusy: true, aloneSince: 5_001 }))).toEqual([])
    expect(chooseQueues(alone, view({ isBusy: true, hasAlone: true }))).toEqual([])
  })
})
