import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

/*
   x ──► word ──► all        x: a, b; y: 1, 2
   y ──►
*/
async function join(inputs: Record<string, string>): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    x: { type: 'matrix/axis', inputs: { values: ['a', 'b'] } },
    y: { type: 'matrix/axis', inputs: { values: [1, 2] } },
    word: {
      type: 'text/template',
      inputs: { template: '{{x}}{{y}}' },
      links: { x: ['x', 'value'], y: ['y', 'value'] },
    },
    all: { type: 'matrix/join', inputs, links: { values: ['word', 'text'] } },
  })
  return errors[0] ?? outputs['all']
}

test('the texts of all cells are joined in the order of their axes, a line each', async () => {
  expect(await join({})).toEqual({ text: 'a1\na2\nb1\nb2', list: ['a1', 'a2', 'b1', 'b2'] })
})

test('a separator may be anything, with \\n and \\t for what cannot be typed', async () => {
  expect(await join({ separator: ',\\t' })).toMatchObject({ text: 'a1,\ta2,\tb1,\tb2' })
})

test('joining over one axis leaves the other', async () => {
  expect(await join({ over: 'y', separator: '+' })).toMatchObject({
    text: {
      axes: [{ id: 'x' }],
      cells: [
        { at: { x: 0 }, value: 'a1+a2' },
        { at: { x: 1 }, value: 'b1+b2' },
      ],
    },
  })
})

test('numbers and lists are written as JSON, and stay what they are in the list', async () => {
  const { outputs } = await runGraph({
    x: { type: 'matrix/axis', inputs: { values: [1, [2, 3], 'four'] } },
    all: { type: 'matrix/join', inputs: { separator: ' ' }, links: { values: ['x', 'value'] } },
  })
  expect(outputs['all']).toEqual({ text: '1 [2,3] four', list: [1, [2, 3], 'four'] })
})
