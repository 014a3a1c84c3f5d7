import type { RunEvent, RunEventBody } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { applyEvents, newRun } from '../run/run-state.ts'
import { cellsByWorker } from './cells-by-worker.ts'

const by = (worker: string) => ({ worker, device: 'CPU, 2 threads', engine: 'b1' })
const cell = (node: string, seed: number) => ({ node, at: { seed } })

function after(bodies: RunEventBody[]) {
  return applyEvents(
    newRun('r'),
    bodies.map((body, seq) => ({ ...body, run: 'r', seq, time: seq }) as RunEvent),
  )
}

test('cells count for the worker that has them now, or made what they gave; others for none', () => {
  const run = after([
    { type: 'cell.started', ...cell('story', 0) },
    { type: 'cell.taken', ...cell('story', 0), by: by('one') },
    // It died, and another took over.
    { type: 'cell.taken', ...cell('story', 0), by: by('two') },
    { type: 'cell.finished', ...cell('story', 0), outputs: {}, milliseconds: 1 },
    { type: 'cell.started', ...cell('story', 1) },
    { type: 'cell.taken', ...cell('story', 1), by: by('two') },
    { type: 'cell.started', ...cell('score', 0) },
    { type: 'cell.taken', ...cell('score', 0), by: by('one') },
    { type: 'cell.failed', ...cell('score', 0), error: { code: 'node-failed', message: 'No.' } },
    { type: 'cell.started', node: 'join', at: {} },
    { type: 'cell.finished', node: 'join', at: {}, outputs: {}, milliseconds: 1 },
  ])
  expect(cellsByWorker(run)).toEqual([
    { by: by('two'), cells: { finished: 1, running: 1 }, total: 2, nodes: { story: 2 } },
    { by: by('one'), cells: { failed: 1 }, total: 1, nodes: { score: 1 } },
  ])
})
