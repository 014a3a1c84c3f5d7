import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

/*
   temps ──► page
*/
test('an axis runs what it is wired to once for each value, converted to what the input takes', async () => {
  const { outputs } = await runGraph({
    temps: { type: 'matrix/axis', inputs: { values: '0.2, 0.9', label: 'temperature' } },
    page: { type: 'text/template', inputs: { template: 'at {{t}}' }, links: { t: ['temps', 'value'] } },
  })
  expect(outputs).toEqual({
    page: {
      text: {
        axes: [{ id: 'temps', label: 'temperature', values: [0.2, 0.9] }],
        cells: [
          { at: { temps: 0 }, value: 'at 0.2' },
          { at: { temps: 1 }, value: 'at 0.9' },
        ],
      },
    },
  })
})

test('a value that does not fit the input it reaches fails that cell alone, naming node and input', async () => {
  const { errors, status } = await runGraph({
    limits: { type: 'matrix/axis', inputs: { values: ['3', 2] } },
    x: { type: 'matrix/seeds', inputs: { seed: 1 }, links: { count: ['limits', 'value'] } },
  })
  expect({ errors, status }).toEqual({
    errors: [
      {
        code: 'invalid-input',
        message: '`x.count` must be a number, is "3".',
        node: 'x',
        input: 'count',
        at: { limits: 0 },
        hint: 'How many.',
      },
    ],
    status: 'partial',
  })
})
