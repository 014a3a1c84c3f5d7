import type { RunsNews } from '@woolgather/protocol'
import type { RunEvent, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { followTogether } from './follow-together.ts'
import { submitTogether, type Range } from './submit-together.ts'

const base: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'rows',
  nodes: {
    who: { type: 'api/input', inputs: { name: 'who', value: 'nobody' } },
    text: { type: 'text/template', inputs: { template: 'Hello' } },
  },
}

const rowOf = (value: string, workflow = base): Workflow => ({
  ...workflow,
  nodes: { ...workflow.nodes, who: { type: 'api/input', inputs: { name: 'who', value } } },
})

/** How many runs each request had, and what it had whole. */
async function submitAll(workflows: readonly Workflow[]): Promise<Range[]> {
  const ranges: Range[] = []
  const submit = submitTogether(async (range) => {
    ranges.push(range)
    return range.rows.map((_, index) => ({ run: `${ranges.length}-${index}` }))
  })
  const accepted = await Promise.all(
    workflows.map((workflow) => submit({ workflow, targets: undefined, signal: undefined })),
  )
  expect(new Set(accepted.map((one) => ('run' in one ? one.run : ''))).size).toBe(workflows.length)
  return ranges
}

test('runs that begin together are one request, which has what they have in common once', async () => {
  const [range, ...others] = await submitAll(['Ada', 'Bob', 'Cy'].map((name) => rowOf(name)))
  expect(others).toEqual([])
  const whole = range?.rows.map((row) => ({ ...range.workflow, nodes: { ...range.workflow.nodes, ...row } }))
  expect(whole).toEqual(['Ada', 'Bob', 'Cy'].map((name) => rowOf(name)))
  expect(range?.rows.map((row) => Object.keys(row))).toEqual([[], ['who'], ['who']])
})

test('a run of another workflow goes by itself, and one whose nodes are fewer, and what is too much for one request', async () => {
  const subgraphs = { sub: { name: 'sub', inputs: [], outputs: [], nodes: {} } }
  const fewer = { ...base, nodes: { who: rowOf('Dee').nodes['who'] as Workflow['nodes'][string] } }
  const ranges = await submitAll([
    rowOf('Ada'),
    rowOf('Bob', { ...base, subgraphs }),
    rowOf('Cy'),
    fewer,
    rowOf('Eve'),
  ])
  expect(ranges.map(({ rows }) => rows.length)).toEqual([3, 1, 1])
  const large = ['', 'a', 'b', 'c'].map((letter) => rowOf(letter.repeat(3_000_000)))
  expect((await submitAll(large)).map(({ rows }) => rows.length)).toEqual([2, 2])
  const many = Array.from({ length: 1_500 }, (_, row) => rowOf(String(row)))
  expect((await submitAll(many)).map(({ rows }) => rows.length)).toEqual([1_024, 476])
})

const event = (run: string, seq: number, type: 'run.queued' | 'run.finished'): RunEvent =>
  ({ run, seq, time: 0, type, ...(type === 'run.finished' && { status: 'completed' }) }) as RunEvent

test('one request at a time asks for all that are followed, and for one that comes later without waiting for news', async () => {
  const asked: string[][] = []
  const follow = followTogether((runs, _wait, signal) => {
    asked.push(runs.map(({ run, after }) => `${run} ${after}`))
    const ends = runs.find(({ run }) => run === 'late')
    if (ends !== undefined)
      return Promise.resolve<RunsNews['runs']>([
        { run: 'late', events: [event('late', 0, 'run.queued'), event('late', 1, 'run.finished')] },
        { run: 'gone', unknown: true },
        { run: 'slow', events: [event('slow', ends.after + 1, 'run.queued')] },
      ])
    if (runs.length === 1 && runs[0]?.run === 'slow')
      return Promise.resolve([{ run: 'slow', events: [event('slow', 1, 'run.finished')] }])
    // Nothing happens until somebody gives up.
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))))
  })
  const heard: number[] = []
  const slow = follow('slow', (events) => heard.push(...events.map(({ seq }) => seq)))
  const gone = follow('gone', () => {})
  await expect.poll(() => asked).toContainEqual(['slow -1', 'gone -1'])
  expect(await follow('late', () => {})).toBe('ended')
  expect(await gone).toBe('unknown')
  expect(await slow).toBe('ended')
  expect(heard).toEqual([0, 1])
  expect(asked.at(-1)).toEqual(['slow 0'])
})

test('where there is no use in asking any more, all that are followed are told', async () => {
  const follow = followTogether(() => Promise.reject(new Error('nobody there')))
  const ends = await Promise.allSettled(['a', 'b'].map((run) => follow(run, () => {})))
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
