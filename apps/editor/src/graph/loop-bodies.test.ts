import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { findLoopBodies } from './loop-bodies.ts'

const base = { version: 1, title: '', description: '', family: 'x', inputs: [], outputs: [] }
const types = new Map<string, NodeDescription>([
  ['end', { ...base, type: 'end', zone: 'end', dynamicInputs: { kind: 'zone-slots', from: 'start' } }],
])
const node = (type: string, ...from: string[]): WorkflowNode => ({
  type,
  links: Object.fromEntries(from.map((id) => [`in-${id}`, [id, 'out'] as const])),
})

/**
 * model ──┐
 * start ── a ── end ── show
 *    └──── aside
 */
test('A loop holds what lies between its start and its end, not what feeds it or hangs from it', () => {
  const nodes = {
    model: node('model'),
    start: node('start'),
    a: node('a', 'start', 'model'),
    aside: node('aside', 'start'),
    end: { ...node('end', 'a'), inputs: { start: 'start' } },
    show: node('show', 'end'),
  }
  expect(findLoopBodies(nodes, types)).toEqual([{ start: 'start', end: 'end', nodes: ['start', 'a', 'end'] }])
})

test('An end without a start makes no loop', () => {
  expect(findLoopBodies({ end: { ...node('end'), inputs: { start: 'gone' } } }, types)).toEqual([])
})
