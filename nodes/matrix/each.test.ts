import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

/*
   groups ──► each ──► shout ──► all
   a list per group, of different lengths
*/
test('a list made while running becomes an axis, ragged where it depends on another', async () => {
  const { outputs } = await runGraph({
    groups: { type: 'matrix/axis', inputs: { values: [['a', 'b', 'c'], ['d']] } },
    each: { type: 'matrix/each', links: { list: ['groups', 'value'] } },
    shout: { type: 'text/template', inputs: { template: '{{x}}!' }, links: { x: ['each', 'value'] } },
    all: { type: 'matrix/grid', links: { values: ['shout', 'text'] } },
  })
  expect(outputs['all']?.['values']).toEqual({
    axes: [
      { id: 'groups', label: 'groups', values: [['a', 'b', 'c'], ['d']] },
      { id: 'each', label: 'each', values: { '0': ['a', 'b', 'c'], '1': ['d'] }, within: ['groups'] },
    ],
    cells: [
      { at: { groups: 0, each: 0 }, value: 'a!' },
      { at: { groups: 0, each: 1 }, value: 'b!' },
      { at: { groups: 0, each: 2 }, value: 'c!' },
      { at: { groups: 1, each: 0 }, value: 'd!' },
    ],
  })
})

test('text is taken line by line', async () => {
  const { outputs } = await runGraph({
    lines: { type: 'text/text', inputs: { text: 'one\n\n  two' } },
    each: { type: 'matrix/each', links: { list: ['lines', 'text'] } },
    all: { type: 'matrix/join', links: { values: ['each', 'value'] } },
  })
  expect(outputs['all']?.['list']).toEqual(['one', 'two'])
})

test('an empty list is an axis of no cells', async () => {
  const { outputs, status } = await runGraph({
    each: { type: 'matrix/each', inputs: { list: [] } },
    all: { type: 'matrix/join', links: { values: ['each', 'value'] } },
  })
  expect({ outputs, status }).toEqual({ outputs: { all: { text: '', list: [] } }, status: 'completed' })
})
