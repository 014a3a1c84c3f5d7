import { combineAdapters } from '@woolgather/merge'
import { expect, test } from 'vitest'
import { asWoolgatherError } from '../made/as-woolgather-error.ts'
import { errorFrom } from './threads.ts'
import { answer } from './thread.ts'

/** What a job throws, after it crossed from its thread. */
function crossed(job: Parameters<typeof answer>[0]): Error {
  const told = structuredClone(answer(job))
  if (!('error' in told)) throw new Error('the job did not fail')
  return errorFrom(told.error)
}

test('an error of the file system keeps its code across threads', () => {
  expect(crossed({ kind: 'hash', file: '/there/is/no/such/file' })).toMatchObject({ code: 'ENOENT' })
})

test('an error of the arithmetic is the same across threads as without', () => {
  const thrown = (): unknown => {
    try {
      return combineAdapters([], { method: 'cat' })
    } catch (error) {
      return error
    }
  }
  expect(crossed({ kind: 'combine', adapters: [], combination: { method: 'cat' } })).toEqual(thrown())
})

test('a disk that is full is known by its code, not by what a message begins with', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  const told = { code: 'disk-full', message: 'The disk of “/models/made” is full.' }
  expect(asWoolgatherError(full, String, '/models/made')).toMatchObject(told)
  const named = Object.assign(full, { path: '/models/made/one.gguf' })
  expect(asWoolgatherError(named, String)).toMatchObject(told)
  const other = new Error('ENOSPC is the name of this model')
  expect(asWoolgatherError(other, String)).toBe(other)
})
