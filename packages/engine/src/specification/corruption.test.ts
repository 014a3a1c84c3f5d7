import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseWorkflow, validateWorkflow, type Json } from '@woolgather/workflow'
import { graph, run, testRegistry } from '../testing/graph.ts'

/** A workflow with everything in it: axes, ragged ones, gathering, a loop, a choice, a subgraph, bypass and mute. */
const everything = graph(
  {
    x: { type: 'test/axis', inputs: { values: [1, 2, 3] } },
    items: { type: 'test/range', links: { n: ['x', 'value'] } },
    sum: { type: 'test/add', inputs: { b: 1 }, links: { a: ['items', 'value'] } },
    all: { type: 'test/gather', inputs: { over: 'items' }, links: { values: ['sum', 'sum'] } },
    start: {
      type: 'test/start',
      inputs: { slots: { n: 'number' }, maximum: 3 },
      links: { n: ['all', 'total'] },
    },
    more: { type: 'subgraph/plus', inputs: { by: 2 }, links: { n: ['start', 'n'] } },
    end: { type: 'test/end', inputs: { start: 'start' }, links: { n: ['more', 'sum'] } },
    even: { type: 'test/even', links: { n: ['end', 'n'] } },
    choose: {
      type: 'test/choose',
      links: { condition: ['even', 'boolean'], yes: ['end', 'n'], no: ['x', 'value'] },
    },
    passed: { type: 'test/add', links: { a: ['choose', 'value'] }, mode: 'bypass' },
    off: { type: 'test/add', links: { a: ['choose', 'value'] }, mode: 'mute' },
    history: { type: 'test/gather', links: { values: ['end', 'history.n'] } },
    last: {
      type: 'test/template',
      inputs: { template: '{{v}} {{h}}' },
      links: { v: ['passed', 'sum'], h: ['history', 'total'] },
    },
  },
  {
    subgraphs: {
      plus: {
        name: 'Plus',
        inputs: [
          { name: 'n', type: 'number' },
          { name: 'by', type: 'number' },
        ],
        outputs: [{ name: 'sum', type: 'number', from: ['add', 'sum'] }],
        nodes: { add: { type: 'test/add', links: { a: ['$in', 'n'], b: ['$in', 'by'] } } },
      },
    },
  },
)

test('the workflow that is corrupted below is sound, and runs', async () => {
  expect(validateWorkflow(everything, testRegistry.descriptions)).toEqual([])
  const { status, outputs } = await run(everything)
  expect({ status, last: outputs['last'] }).toMatchObject({
    status: 'completed',
    last: { text: { cells: { length: 3 } } },
  })
})

/** Every place in a JSON value, outermost first. */
function placesIn(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}

const replacement = fc.oneof(
  fc.constantFrom<Json[]>(
    'x',
    'value',
    'start',
    'end',
    'more',
    'sum',
    'n',
    'test/add',
    'test/axis',
    'subgraph/plus',
    '$in',
    '',
  ),
  fc.constantFrom<Json[]>(
    ['x', 'value'],
    ['end', 'n'],
    ['more', 'sum'],
    ['last', 'text'],
    [
      ['x', 'value'],
      ['sum', 'sum'],
    ],
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
)

test('1,000 corruptions of a workflow end in issues or in a run that ends, never in an exception', async () => {
  let ran = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.noBias(fc.nat(10_000)), remove: fc.boolean(), by: replacement }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (damages) => {
        const copy = structuredClone(everything) as unknown as Record<string, unknown>
        for (const { at, remove, by } of damages) {
          const places = placesIn(copy)
          const { holder, key } = places[at % places.length] as (typeof places)[number]
          if (remove && !Array.isArray(holder)) Reflect.deleteProperty(holder, key)
          else holder[key] = structuredClone(by)
        }
        const parsed = parseWorkflow(copy)
        if (parsed.workflow === undefined) {
          expect(parsed.issues.length).toBeGreaterThan(0)
          return
        }
        ran++
        const issues = validateWorkflow(parsed.workflow, testRegistry.descriptions)
        for (const issue of issues) expect(issue.message).not.toMatch(/undefined|\[object/)
        const { status, errors } = await run(parsed.workflow)
        expect(errors.filter(({ code }) => code === 'internal')).toEqual([])
        // what validation lets through may still fail where it runs, but never where it is put together
        if (issues.length > 0) expect(status).not.toBe('cancelled')
      },
    ),
    { numRuns: 1000 },
  )
  expect(ran).toBeGreaterThan(100)
})
