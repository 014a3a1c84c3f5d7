import type { NodeDescription } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import type { CellRun, NodeRun } from './run-state.ts'
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatParameters,
  madeReadable,
  mainOutput,
  showsResult,
  tellWebhook,
  timeTaken,
} from './show-run.ts'

const error = { code: 'webhook-failed', message: 'It answered 500.' } as const

const run = (cell: Partial<CellRun>): NodeRun => {
  const whole: CellRun = { status: 'finished', at: {}, text: '', ...cell }
  return { status: whole.status, cells: { '': whole }, latest: '' }
}

const describe = (outputs: string[], sink: boolean): NodeDescription => ({
  type: 'a/b',
  version: 1,
  title: 'A',
  description: '',
  family: 'a',
  inputs: [],
  outputs: outputs.map((name) => ({ name, type: 'text', description: '' })),
  ...(sink && { sink }),
})

test('Ends of the graph and whatever streamed show their result, plain texts do not', () => {
  const outputs = { text: 'x' }
  expect(showsResult(describe(['value'], true), run({ outputs: { value: 1 } }))).toBe(true)
  expect(showsResult(describe(['text'], false), run({ text: 'half', status: 'running' }))).toBe(true)
  expect(showsResult(describe(['text', 'tokens'], false), run({ status: 'cached', outputs }))).toBe(true)
  expect(showsResult(describe(['text'], false), run({ status: 'cached', outputs }))).toBe(false)
  expect(showsResult(describe(['text', 'tokens'], false), undefined)).toBe(false)
})

test('What nothing is linked from shows what it made, unless that was typed into it', () => {
  const made = run({ outputs: { text: 'LOUD!' } })
  expect(madeReadable(describe(['text'], false), made, { text: 'loud' })).toBe(true)
  expect(madeReadable(describe(['text'], false), made, { text: 'LOUD!' })).toBe(false)
  expect(madeReadable(describe(['text'], false), undefined)).toBe(false)
  const model = {
    ...describe([], false),
    outputs: [{ name: 'model', type: 'model' as const, description: '' }],
  }
  expect(madeReadable(model, run({ outputs: { model: { file: 'a.gguf' } } }))).toBe(false)
})

test('What is shown is the text while it grows, then the output that says the most', () => {
  expect(mainOutput({ status: 'running', at: {}, text: 'On' })).toBe('On')
  expect(mainOutput({ status: 'finished', at: {}, text: 'On', outputs: { tokens: 2, text: 'Once' } })).toBe(
    'Once',
  )
  expect(mainOutput({ status: 'finished', at: {}, text: '', outputs: { score: 3 } })).toBe(3)
})

test('Numbers are short, and in units people use', () => {
  expect([0.12345, 41.234, 988.21, 1234567].map(formatNumber)).toEqual([
    '0.123',
    '41.2',
    '988.2',
    '1,234,567',
  ])
  expect([0.4, 118, 2345, 61_000].map(formatDuration)).toEqual(['<1 ms', '118 ms', '2.3 s', '1 min 1 s'])
  expect([900, 2_100_000, 4_370_000_000].map(formatBytes)).toEqual(['900 B', '2.1 MB', '4.4 GB'])
  expect([927_000, 43_000_000, 7_248_000_000].map(formatParameters)).toEqual(['927 k', '43 M', '7.2 B'])
})

test('Cells that ran at the same time count once: from the first start to the last end', () => {
  const cell = (started: number, ended: number): CellRun => ({
    status: 'finished',
    at: {},
    text: '',
    started,
    ended,
    milliseconds: ended - started - 1,
  })
  const cached: CellRun = { status: 'cached', at: {}, text: '' }
  const cells = { a: cell(1000, 1900), b: cell(1100, 2400), c: cached }
  expect(timeTaken({ status: 'finished', latest: 'b', cells })).toBe(1400)
  expect(timeTaken({ status: 'finished', latest: 'a', cells: { a: cell(1000, 1900), c: cached } })).toBe(899)
})

test.each([
  [{ state: 'pending', attempts: 0 }, 'Webhook “ci” is told at the end'],
  [{ state: 'delivered', attempts: 1 }, 'Webhook “ci” was told'],
  [{ state: 'pending', attempts: 2, error }, 'Webhook “ci” is tried again: It answered 500.'],
  [{ state: 'failed', attempts: 9, error }, 'Webhook “ci” was not told: It answered 500.'],
] as const)('a webhook that is %o is told as “%s”', (delivery, told) => {
  expect(tellWebhook({ name: 'ci', ...delivery })).toBe(told)
})
