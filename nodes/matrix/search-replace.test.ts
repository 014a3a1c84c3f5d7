import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

async function replace(values: string): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    sr: { type: 'matrix/search-replace', inputs: { text: 'a cat and a cat', values } },
    all: { type: 'matrix/join', links: { values: ['sr', 'text'] } },
  })
  return outputs['all']?.['list'] ?? errors[0]
}

test('the first value is the term, and every value takes its place', async () => {
  expect(await replace('cat, dog, $& fox')).toEqual([
    'a cat and a cat',
    'a dog and a dog',
    'a $& fox and a $& fox',
  ])
})

test('a term that does not occur is refused', async () => {
  expect(await replace('cow, dog')).toMatchObject({
    code: 'invalid-input',
    message: 'The text does not contain “cow”.',
    input: 'values',
  })
})
