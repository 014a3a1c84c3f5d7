import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { arrangeNodes } from './arrange-nodes.ts'

const plain: NodeDescription = {
  type: 'a/plain',
  version: 1,
  title: 'Plain',
  description: '',
  family: 'a',
  inputs: [],
  outputs: [{ name: 'out', type: 'text', description: '' }],
}
const types = new Map([[plain.type, plain]])

// a ──▶ c
// b ──▶ c ──▶ d
const graph: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'By hand',
  nodes: {
    d: { type: 'a/plain', links: { x: ['c', 'out'] } },
    c: { type: 'a/plain', links: { x: ['a', 'out'], y: ['b', 'out'] } },
    a: { type: 'a/plain' },
    b: { type: 'a/plain' },
  },
}

test('Nodes without a place stand in columns by how far they are from a source, below one another', () => {
  const { nodes } = arrangeNodes(graph, types)
  const columns = Object.fromEntries(
    Object.entries(nodes).map(([id, { view }]) => [id, (view?.x ?? NaN) / 380]),
  )
  expect(columns).toEqual({ a: 0, b: 0, c: 1, d: 2 })
  expect(nodes['b']?.view?.y).toBeGreaterThan((nodes['a']?.view?.y ?? 0) + 100)
})

test('Nodes on a circle are placed too', () => {
  const circle = {
    ...graph,
    nodes: { ...graph.nodes, a: { type: 'a/plain', links: { x: ['d', 'out'] as const } } },
  }
  expect(Object.values(arrangeNodes(circle, types).nodes).every(({ view }) => view !== undefined)).toBe(true)
})

test('A workflow whose nodes all have places stays as it is', () => {
  const placed = arrangeNodes(graph, types)
  expect(arrangeNodes(placed, types)).toBe(placed)
})

test('Nodes inside a subgraph are placed too', () => {
  const subgraph = { name: 'Inside', inputs: [], outputs: [], nodes: graph.nodes }
  const { nodes } = arrangeNodes(arrangeNodes(graph, types), types)
  const outer = { ...graph, nodes, subgraphs: { inside: subgraph } }
  const inside = arrangeNodes(outer, types).subgraphs?.['inside']?.nodes ?? {}
  expect(new Set(Object.values(inside).map(({ view }) => `${view?.x} ${view?.y}`)).size).toBe(4)
})
