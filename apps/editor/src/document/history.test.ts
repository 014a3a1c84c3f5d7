import type { Link, Workflow, WorkflowNode } from '@woolgather/workflow'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DocumentAction } from './actions.ts'
import { applyAction, closeStep, lastLiteral, redo, startHistory, undo, type History } from './history.ts'

const start: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Start',
  nodes: {
    a: { type: 'text/text', inputs: { text: 'hello' }, view: { x: 0, y: 0 } },
    b: { type: 'text/template', inputs: { template: '{{x}}' }, links: { x: ['a', 'text'] } },
    c: { type: 'output/preview', links: { value: ['b', 'text'] } },
  },
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const input = fc.constantFrom('text', 'template', 'x', 'value', 'parts')
const from = fc.tuple(id, fc.constantFrom('text', 'value')) as fc.Arbitrary<Link>
const node: fc.Arbitrary<WorkflowNode> = fc.record({
  type: fc.constant('text/text'),
  inputs: fc.dictionary(input, fc.string()),
  links: fc.dictionary(input, fc.oneof(from, fc.array(from, { minLength: 1, maxLength: 3 }))),
  view: fc.record({ x: fc.integer(), y: fc.integer() }),
})

const simple: fc.Arbitrary<DocumentAction> = fc.oneof(
  fc.record({ type: fc.constant('workflow.rename' as const), name: fc.string() }),
  fc.record({ type: fc.constant('nodes.add' as const), nodes: fc.dictionary(id, node) }),
  fc.record({ type: fc.constant('nodes.remove' as const), ids: fc.array(id) }),
  fc.record({
    type: fc.constant('nodes.move' as const),
    positions: fc.dictionary(id, fc.record({ x: fc.integer(), y: fc.integer() })),
  }),
  fc.record({ type: fc.constant('node.resize' as const), id, width: fc.nat() }),
  fc.record({ type: fc.constant('node.title' as const), id, title: fc.string() }),
  fc.record({ type: fc.constant('node.collapse' as const), id, collapsed: fc.boolean() }),
  fc.record({ type: fc.constant('node.pin' as const), id, pinned: fc.boolean() }),
  fc.record({ type: fc.constant('node.color' as const), id, color: fc.constantFrom('red', undefined) }),
  fc.record({ type: fc.constant('link.change' as const), node: id, input, from, newFrom: from }),
  fc.record({
    type: fc.constant('link.reroute' as const),
    node: id,
    input,
    from,
    points: fc.array(fc.record({ x: fc.integer(), y: fc.integer() }), { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('input.set' as const), node: id, input, value: fc.string() }),
  fc.record({ type: fc.constant('input.clear' as const), node: id, input }),
  fc.record({ type: fc.constant('link.add' as const), node: id, input, from, append: fc.boolean() }),
  fc.record({ type: fc.constant('link.remove' as const), node: id, input, from }),
)
const action = fc.oneof(
  { weight: 9, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('batch' as const),
      actions: fc.array(simple, { maxLength: 4 }),
    }),
  },
)

function untilStuck(history: History, step: (history: History) => History): History {
  const next = step(history)
  return next === history ? history : untilStuck(next, step)
}

test('Any 50 changes undone give the start, and done again give the end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(action, fc.nat(2000)), { minLength: 50, maxLength: 50 }), (steps) => {
      const before = structuredClone(start)
      let time = 0
      let history = startHistory(start)
      for (const [change, pause] of steps) history = applyAction(history, change, (time += pause))
      const undone = untilStuck(history, undo)
      expect(undone.present).toEqual(before)
      expect(untilStuck(undone, redo).present).toEqual(history.present)
    }),
    { numRuns: 60 },
  )
})

test('No change leaves an input both typed and linked', () => {
  fc.assert(
    fc.property(
      fc.array(
        simple.filter((change) => change.type !== 'nodes.add'),
        { maxLength: 50 },
      ),
      (changes) => {
        const end = changes.reduce((so, change) => applyAction(so, change, 0), startHistory(start)).present
        for (const { inputs, links } of Object.values(end.nodes))
          expect(Object.keys(inputs ?? {}).filter((name) => links?.[name] !== undefined)).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

const type = (value: string): DocumentAction => ({ type: 'input.set', node: 'a', input: 'text', value })

test('Typing without pause is one step; a pause or another field begins the next', () => {
  let history = startHistory(start)
  history = applyAction(history, type('h'), 0)
  history = applyAction(history, type('he'), 100)
  expect(history.past).toEqual([start])
  history = applyAction(history, type('hey'), 5000)
  expect(history.past.length).toBe(2)
  history = applyAction(closeStep(history), type('hey!'), 5001)
  expect(history.past.length).toBe(3)
})

test('A change that changes nothing is no step', () => {
  const history = startHistory(start)
  expect(applyAction(history, { type: 'workflow.rename', name: 'Start' }, 0)).toBe(history)
  expect(applyAction(history, { type: 'node.title', id: 'nobody', title: 'x' }, 0)).toBe(history)
})

test('The text an input had before it was linked is found again', () => {
  let history = applyAction(startHistory(start), type('a long prompt'), 0)
  history = applyAction(
    history,
    { type: 'link.add', node: 'a', input: 'text', from: ['b', 'text'], append: false },
    1,
  )
  expect(history.present.nodes['a']).toEqual({
    type: 'text/text',
    inputs: {},
    links: { text: ['b', 'text'] },
    view: { x: 0, y: 0 },
  })
  expect(lastLiteral(history, { node: 'a', input: 'text' })).toBe('a long prompt')
})

test('Removing a node removes the links from it', () => {
  const { present } = applyAction(startHistory(start), { type: 'nodes.remove', ids: ['a'] }, 0)
  expect(present.nodes).toEqual({
    b: { type: 'text/template', inputs: { template: '{{x}}' }, links: {} },
    c: { type: 'output/preview', links: { value: ['b', 'text'] } },
  })
})

test('The points of a link go with it, and those of its neighbours stay theirs', () => {
  fc.assert(
    fc.property(fc.array(simple, { maxLength: 40 }), (actions) => {
      let history = startHistory(start)
      for (const change of actions) history = applyAction(history, change, 0)
      for (const { links = {}, view } of Object.values(history.present.nodes))
        for (const [name, ways] of Object.entries(view?.reroutes ?? {})) {
          const value = links[name]
          const count = value === undefined ? 0 : typeof value[0] === 'string' ? 1 : value.length
          expect(ways.length).toBeLessThanOrEqual(count)
        }
    }),
    { seed: 3, numRuns: 200 },
  )
})
