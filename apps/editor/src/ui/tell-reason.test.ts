import { expect, test } from 'vitest'
import { tellReason } from './tell-reason.ts'

test('A reason names nodes by their titles, and what is no node as it is', () => {
  const title = (node: string): string | undefined => ({ model: 'Story model' })[node]
  expect(tellReason('`model` failed', title)).toBe('Story model failed')
  expect(tellReason('`gone` did not run: it has no output `text`', title)).toBe(
    'gone did not run: it has no output text',
  )
})
