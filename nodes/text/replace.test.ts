import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const replace = (inputs: Record<string, unknown>): Promise<unknown> => runNode('text/replace', inputs)

test('text is searched as it stands, whatever characters it holds', async () => {
  expect(await replace({ text: 'a.b a+b (a)', search: 'a.b', replacement: '$&' })).toEqual({
    text: '$& a+b (a)',
  })
  expect(await replace({ text: 'x[\\E]^$ x', search: '[\\E]^$', replacement: '' })).toEqual({ text: 'x x' })
})

test('a pattern may use what its groups took', async () => {
  const inputs = { text: 'Ann Lee, Bo Ray', search: '(\\w+) (?<last>\\w+)', pattern: true }
  expect(await replace({ ...inputs, replacement: '$<last> $1 ($&) $$ $9' })).toEqual({
    text: 'Lee Ann (Ann Lee) $ $9, Ray Bo (Bo Ray) $ $9',
  })
})

test('only the first find, or finds in any case', async () => {
  expect(await replace({ text: 'a A a', search: 'a', replacement: 'b', all: false })).toEqual({
    text: 'b A a',
  })
  expect(await replace({ text: 'a A a', search: 'a', replacement: 'b', ignoreCase: true })).toEqual({
    text: 'b b b',
  })
})
