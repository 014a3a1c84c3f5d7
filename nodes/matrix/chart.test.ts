import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

test('numbers over two axes become series, a further axis is averaged over', async () => {
  const { outputs } = await runGraph({
    table: { type: 'matrix/rows', inputs: { text: 'n\n1\n3' } },
    a: { type: 'matrix/axis', inputs: { values: 'x, y' } },
    seeds: { type: 'matrix/seeds', inputs: { count: 2, seed: 0 } },
    pick: {
      type: 'logic/if',
      inputs: { whenFalse: 100 },
      links: { condition: ['isX', 'boolean'], whenTrue: ['table', 'n'] },
    },
    isX: { type: 'logic/compare', inputs: { b: 'x' }, links: { a: ['a', 'value'] } },
    chart: {
      type: 'matrix/chart',
      inputs: { x: 'a', kind: 'heatmap' },
      links: { values: ['pick', 'value'] },
    },
  })
  expect(outputs['chart']?.['chart']).toEqual({
    kind: 'heatmap',
    title: '',
    x: { id: 'a', label: 'a', values: ['x', 'y'] },
    series: { id: 'table', label: 'table', values: ['{"n":1}', '{"n":3}'] },
    means: [
      [1, 100],
      [3, 100],
    ],
    counts: [
      [1, 1],
      [1, 1],
    ],
  })
})

test('what is not a number is refused', async () => {
  const { errors } = await runGraph({
    a: { type: 'matrix/axis', inputs: { values: 'x, y' } },
    chart: { type: 'matrix/chart', links: { values: ['a', 'value'] } },
  })
  expect(errors[0]).toMatchObject({ code: 'invalid-input', message: 'A chart is made of numbers, not "x".' })
})
