import { expect, test } from 'vitest'
import { lookIntoRun, prefixOf } from './look-into-run.ts'
import type { NodeRun } from './run-state.ts'

const at = {}
const done: NodeRun = {
  status: 'finished',
  cells: { '': { status: 'finished', at, text: '', started: 10, ended: 30, milliseconds: 20 } },
  latest: '',
}
const failed: NodeRun = {
  status: 'failed',
  cells: { '': { status: 'failed', at, text: '', started: 30, error: { code: 'internal', message: 'No' } } },
  latest: '',
}
const state = {
  run: {
    id: 'r',
    status: 'running' as const,
    nodes: { a: done, 'sub/x': done, 'sub/y': failed },
    seeds: {},
    seq: 1,
  },
  previous: {},
  previousRuns: {},
}

test('From outside, a subgraph is one node: what failed in it, from the first start to the last end', () => {
  const { run } = lookIntoRun(state, prefixOf([]))
  expect(run?.nodes).toEqual({
    a: done,
    sub: {
      status: 'failed',
      cells: {
        '': {
          status: 'failed',
          at,
          text: '',
          started: 10,
          ended: 30,
          milliseconds: 20,
          error: { code: 'internal', message: 'No' },
        },
      },
      latest: '',
    },
  })
})

test('From inside, its nodes have their own names', () => {
  expect(lookIntoRun(state, prefixOf(['sub'])).run?.nodes).toEqual({ x: done, y: failed })
})

test('A run without subgraphs is itself, so that nothing is drawn again', () => {
  const plain = { ...state, run: { ...state.run, nodes: { a: done } } }
  expect(lookIntoRun(plain, '')).toBe(plain)
})
