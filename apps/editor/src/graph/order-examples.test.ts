import { expect, test } from 'vitest'
import { orderExamples } from './order-examples.ts'

test('Examples begin with the first story; what is no example is left out', () => {
  const workflow = (id: string, example = true): { id: string; example: boolean } => ({ id, example })
  const listed = [workflow('agent'), workflow('mine', false), workflow('first-story'), workflow('vote')]
  expect(orderExamples(listed).map(({ id }) => id)).toEqual(['first-story', 'agent', 'vote'])
})
