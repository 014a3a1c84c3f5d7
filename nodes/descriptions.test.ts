import { createRegistry } from '@woolgather/engine'
import { expect, test } from 'vitest'
import { describeLibrary } from './descriptions.ts'
import { definitions } from './index.ts'

test('the descriptions that the build wrote are those of the nodes, in their order', () => {
  expect([...describeLibrary()]).toEqual([...createRegistry(definitions).descriptions])
})
