import { createRegistry } from '@woolgather/engine'
import { schemaInputs } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { describeLibrary } from './descriptions.ts'
import { definitions } from './definitions.ts'

test('the descriptions that the build wrote are those of the nodes, in their order', () => {
  expect([...describeLibrary()]).toEqual([...createRegistry(definitions).descriptions])
})

test('inputs that are schemas are those in which a document keeps the order of keys', () => {
  const schemas = [...describeLibrary().values()].flatMap(({ type, inputs }) =>
    inputs.filter(({ language }) => language === 'json-schema').map(({ name }) => [type, name]),
  )
  expect(schemas).toEqual(Object.entries(schemaInputs))
})
