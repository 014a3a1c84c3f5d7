import { settledCell, type Json, type RanCell, type RunEvent } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { graph, run } from '../testing/graph.ts'

const sweep = graph({
  x: { type: 'test/axis', inputs: { values: [1, 2, 3, 4] } },
  picky: { type: 'test/fail', inputs: { on: 3 }, links: { value: ['x', 'value'] } },
  more: { type: 'test/add', inputs: { b: 10 }, links: { a: ['picky', 'value'] } },
  all: { type: 'test/gather', links: { values: ['more', 'sum'] } },
})

const named = ({ node, at }: { node: string; at: Record<string, number> }): string =>
  `${node}${JSON.stringify(at)}`

/** Cells as the events up to some moment have settled them; they give small values only, so none is an artifact. */
function settledIn(events: readonly RunEvent[]): RanCell<Json>[] {
  return events.flatMap((event) => {
    const cell = settledCell(event)
    return cell === undefined || 'skipped' in cell ? [] : [cell]
  })
}

const endsIn = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'cell.finished' || event.type === 'cell.failed' ? [named(event)] : [],
  )

test('a run taken up at any moment does what is left, each cell once, and comes to the same [R56]', async () => {
  const whole = await run(sweep)
  for (let moment = 0; moment < whole.events.length; moment++) {
    const before = whole.events.slice(0, moment)
    const after = await run(sweep, { earlier: { settled: settledIn(before) } })
    expect({ status: after.status, outputs: after.outputs }).toEqual({
      status: whole.status,
      outputs: whole.outputs,
    })
    expect([...endsIn(before), ...endsIn(after.events)].sort()).toEqual(endsIn(whole.events).sort())
  }
})

test('suspects run one at a time with nothing beside them, then the rest runs as usual [R58]', async () => {
  const suspects = [
    { node: 'slow', at: { x: 1 } },
    { node: 'slow', at: { x: 3 } },
  ]
  const { events } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2, 3, 4, 5] } },
      slow: { type: 'test/wait', inputs: { milliseconds: 5 }, links: { value: ['x', 'value'] } },
    }),
    { earlier: { suspects } },
  )
  let open = 0
  const atOnce = new Map<string, number>()
  for (const event of events) {
    if (event.type === 'cell.started') atOnce.set(named(event), ++open)
    if (event.type === 'cell.finished') open--
  }
  expect(suspects.map((cell) => atOnce.get(named(cell)))).toEqual([1, 1])
  expect(Math.max(...atOnce.values())).toBeGreaterThan(1)
  expect(atOnce.size).toBe(6)
})
