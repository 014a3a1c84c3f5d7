import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

test('a weighted prompt is a mix with and without the part', async () => {
  expect(await runNode('steering/prompt', { prompt: 'a (happy:1.5) story' })).toEqual({
    mix: {
      terms: [{ prompt: 'a happy story' }, { prompt: 'a  story' }],
      coefficients: [{ cycle: [[1.5, -0.5]] }],
    },
    warnings: [],
  })
})

test('a schedule and an alternation depend on the step', async () => {
  expect(await runNode('steering/prompt', { prompt: '[a:b:3]' })).toMatchObject({
    mix: { coefficients: [{ until: { step: 3 }, cycle: [[1, 0]] }, { cycle: [[0, 1]] }] },
  })
  expect(await runNode('steering/prompt', { prompt: '[a|b]' })).toMatchObject({
    mix: {
      coefficients: [
        {
          cycle: [
            [1, 0],
            [0, 1],
          ],
        },
      ],
    },
  })
})

test('bad syntax is text, with a warning', async () => {
  expect(await runNode('steering/prompt', { prompt: '(a:.)' })).toMatchObject({
    mix: { terms: [{ prompt: 'a:.' }, { prompt: '' }] },
    warnings: ['“a:.” has no weight, because . is not a number with a point: it is text that counts 1.1.'],
  })
})

/*
   weight ──► text ──► prompt ──► all
*/
test('a weight can be swept through a template', async () => {
  const { outputs } = await runGraph({
    weight: { type: 'matrix/axis', inputs: { values: [0, 1] } },
    text: {
      type: 'text/template',
      inputs: { template: 'a (sad:{{w}}) day' },
      links: { w: ['weight', 'value'] },
    },
    prompt: { type: 'steering/prompt', links: { prompt: ['text', 'text'] } },
    all: { type: 'matrix/join', links: { values: ['prompt', 'mix'] } },
  })
  expect(outputs['all']?.['list']).toEqual([
    { terms: [{ prompt: 'a  day' }], coefficients: [{ cycle: [[1]] }] },
    { terms: [{ prompt: 'a sad day' }], coefficients: [{ cycle: [[1]] }] },
  ])
})
