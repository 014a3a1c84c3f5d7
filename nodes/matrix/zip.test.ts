import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

async function zipped(b: string, lengths: string): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    names: { type: 'matrix/axis', inputs: { values: 'Ann, Ben, Cleo' } },
    ages: { type: 'matrix/axis', inputs: { values: b } },
    zip: { type: 'matrix/zip', inputs: { lengths }, links: { a: ['names', 'value'], b: ['ages', 'value'] } },
    line: {
      type: 'text/template',
      inputs: { template: '{{name}} {{age}}' },
      links: { name: ['zip', 'a'], age: ['zip', 'b'] },
    },
    all: { type: 'matrix/join', links: { values: ['line', 'text'] } },
  })
  return outputs['all']?.['list'] ?? errors[0]?.message
}

test('axes aligned into one do not cross', async () => {
  expect(await zipped('1-3', 'equal')).toEqual(['Ann 1', 'Ben 2', 'Cleo 3'])
})

test('axes of different lengths are refused, cut or filled, as asked', async () => {
  expect(await zipped('1-2', 'equal')).toBe('The axes are 3, 2 long and cannot be aligned.')
  expect(await zipped('1-2', 'shortest')).toEqual(['Ann 1', 'Ben 2'])
  expect(await zipped('1-2', 'repeat last')).toEqual(['Ann 1', 'Ben 2', 'Cleo 2'])
})
