import { expect, test } from 'vitest'
import { createMemory } from './remember.ts'

test('what failed to be read is read again, what was read is not, and who asks meanwhile shares it', async () => {
  const remember = createMemory<string>(2)
  let reads = 0
  const read = (what: string) => async (): Promise<string> => {
    reads++
    if (what === '') throw new Error('too many open files')
    return Promise.resolve(what)
  }
  const failed = await Promise.allSettled([remember('a', read('')), remember('a', read('never'))])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await remember('a', read('one'))).toBe('one')
  expect(await remember('a', read('other'))).toBe('one')
  expect(reads).toBe(2)
  await remember('b', read('two'))
  await remember('c', read('three'))
  expect(await remember('a', read('four'))).toBe('four')
})
