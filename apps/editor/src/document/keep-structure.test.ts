import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { keepStructure } from './keep-structure.ts'

const types = new Map([
  ['text/text', {} as NodeDescription],
  ['loopback/start', { zone: 'start' } as NodeDescription],
])
const text: WorkflowNode = { type: 'text/text', inputs: { text: 'a' }, view: { x: 0, y: 0 } }
const start: WorkflowNode = { type: 'loopback/start', inputs: { slots: ['a'] } }
const before = { text, start }
const kept = (now: Record<string, WorkflowNode>): boolean => keepStructure(before, now, types) === before

test('typing into a field leaves the graph as it lies', () => {
  expect(kept({ ...before, text: { ...text, inputs: { text: 'ab' } } })).toBe(true)
})

test.each<[string, Record<string, WorkflowNode>]>([
  ['a move', { ...before, text: { ...text, view: { x: 1, y: 0 } } }],
  ['a link', { ...before, text: { ...text, links: { text: ['start', 'a'] } } }],
  ['a mode', { ...before, text: { ...text, mode: 'mute' } }],
  ['another node', { ...before, more: text }],
  ['a node less', { text }],
  ['a slot of a loop', { ...before, start: { ...start, inputs: { slots: ['a', 'b'] } } }],
  ['a field of a node that is not known', { ...before, text: { ...text, type: 'other', inputs: {} } }],
])('%s makes another graph', (_, now) => {
  expect(keepStructure(before, now, types)).toBe(now)
})

test('what one asks for is found again by all who ask for the same', () => {
  const now = { ...before, text: { ...text, inputs: { text: 'abc' } } }
  expect(keepStructure(before, now, types)).toBe(before)
  expect(keepStructure(undefined, now, types)).toBe(before)
})
