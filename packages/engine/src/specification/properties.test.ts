import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLabelled, type Json, type LabelledValue, type RunEvent, type Workflow } from '@woolgather/workflow'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { arbitraryGraph } from '../testing/arbitrary-graph.ts'
import { startRun } from '../run/execute-workflow.ts'
import { graph, run, testRegistry } from '../testing/graph.ts'
import { NaiveEvaluator } from '../testing/naive-evaluator.ts'

const principal: Record<string, string> = {
  'test/constant': 'value',
  'test/add': 'sum',
  'test/axis': 'value',
  'test/range': 'value',
  'test/fail': 'value',
  'test/choose': 'value',
  'test/gather': 'total',
  'test/even': 'boolean',
  'test/end': 'n',
}

/** Values of an output by coordinate, in the same writing as the naive evaluator's. */
function cellsOf(value: Json | undefined): Map<string, Json> {
  const whole: LabelledValue = isLabelled(value)
    ? value
    : { axes: [], cells: value === undefined ? [] : [{ at: {}, value }] }
  const found = new Map<string, Json>()
  for (const cell of whole.cells) {
    if (!('value' in cell)) continue
    const key = Object.keys(cell.at)
      .sort()
      .map((axis) => `${axis}=${cell.at[axis]}`)
      .join(',')
    found.set(key, cell.value)
  }
  return found
}

function sorted(cells: Map<string, unknown>): [string, unknown][] {
  return [...cells].sort(([a], [b]) => (a < b ? -1 : 1))
}

test('any graph gives the values that evaluating it naively gives [R10]', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, async (workflow) => {
      const naive = new NaiveEvaluator(workflow)
      const { outputs, errors } = await run(workflow)
      expect(errors.filter(({ code }) => code !== 'node-failed')).toEqual([])
      for (const id of Object.keys(outputs)) {
        const output = principal[workflow.nodes[id]?.type ?? ''] as string
        expect([id, sorted(cellsOf(outputs[id]?.[output]))]).toEqual([id, sorted(naive.cells(id))])
      }
    }),
    { numRuns: 400 },
  )
})

test('a cached re-run equals the cold run, and runs nothing that did not fail [R33]', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, async (workflow) => {
      const cache = createMemoryCache()
      const cold = await run(workflow, { cache })
      const again = await run(workflow, { cache })
      expect(again.outputs).toEqual(cold.outputs)
      expect(again.status).toEqual(cold.status)
      const started = again.events.flatMap((event) => (event.type === 'cell.started' ? [event.node] : []))
      const uncached = new Set(['test/choose', 'test/start', 'test/end', 'test/fail'])
      expect(started.filter((node) => !uncached.has(workflow.nodes[node]?.type ?? ''))).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('neither the order of nodes in the document nor how many run at once changes a value [R10]', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, fc.infiniteStream(fc.nat()), async (workflow, numbers) => {
      const { outputs } = await run(workflow)
      const shuffled = await run(shuffle(workflow, numbers), { concurrency: 1 })
      for (const id of Object.keys(outputs)) {
        for (const output of Object.keys(outputs[id] ?? {})) {
          if (output === 'table') continue
          expect(sorted(cellsOf(shuffled.outputs[id]?.[output]))).toEqual(
            sorted(cellsOf(outputs[id]?.[output])),
          )
        }
      }
    }),
    { numRuns: 200 },
  )
})

function shuffle(workflow: Workflow, numbers: Iterator<number>): Workflow {
  const keyed = Object.entries(workflow.nodes).map((entry) => ({
    entry,
    key: numbers.next().value as number,
  }))
  return graph(Object.fromEntries(keyed.sort((a, b) => a.key - b.key).map(({ entry }) => entry)))
}

const ends: ReadonlySet<string> = new Set(['cell.finished', 'cell.failed', 'cell.skipped'])

/** Cells that were said to begin and not to end. */
function openCells(events: readonly RunEvent[]): string[] {
  const open = new Set<string>()
  for (const event of events) {
    if (!('at' in event)) continue
    const cell = `${event.node} ${JSON.stringify(event.at)}`
    if (event.type === 'cell.started') open.add(cell)
    // one that asked for a lazy input which failed is skipped after it began
    if (ends.has(event.type)) open.delete(cell)
  }
  return [...open]
}

test('every run tells of each cell it began how it ended, numbers its events without a gap, and ends once [R50]', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, async (workflow) => {
      const { events } = await run(workflow, { cache: createMemoryCache() })
      expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i))
      expect(events.filter((event) => event.type === 'run.finished')).toHaveLength(1)
      expect(events.at(-1)?.type).toBe('run.finished')
      expect(openCells(events)).toEqual([])
    }),
    { numRuns: 100 },
  )
})

test('whatever is cancelled, and whenever, the run ends and tells the end of what it began [R48]', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryGraph,
      fc.noBias(fc.nat(40)),
      fc.noBias(fc.nat(100)),
      fc.constantFrom('cell', 'branch', 'run'),
      async (workflow, moment, which, what) => {
        const ids = Object.keys(workflow.nodes)
        const id = ids[which % ids.length] as string
        const events: RunEvent[] = []
        const begun = startRun({
          workflow,
          registry: testRegistry,
          services: {},
          emit: (event) => {
            if (events.push(event) !== moment) return
            if (what === 'run') begun.cancel()
            else if (what === 'cell') begun.cancelCell(id)
            else begun.cancelBranch(id)
          },
        })
        const { errors } = await begun.result
        expect(errors.filter(({ code }) => code !== 'node-failed' && code !== 'cancelled')).toEqual([])
        expect(openCells(events)).toEqual([])
      },
    ),
    { numRuns: 200 },
  )
})
