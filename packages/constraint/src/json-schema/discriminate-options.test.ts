import { expect, test } from 'vitest'
import { eachPair } from './discriminate-options.ts'
import { SchemaDocument } from './schema-document.ts'
import { child, type Json } from './schema-location.ts'

/** Pairs of options that are compared with one another. */
function pairsOf(oneOf: readonly Json[]): string[] {
  const { root } = new SchemaDocument({ oneOf })
  const pairs: string[] = []
  const options = oneOf.map((_, index) => [[child(root, 'oneOf', index)]])
  eachPair(options, (first, second) => pairs.push(`${first} ${second}`))
  return pairs.toSorted()
}

const kind = (value: Json, required: string[] = ['kind']): Json => ({
  type: 'object',
  properties: { kind: { const: value }, in: { type: 'object', properties: { n: { enum: [value] } } } },
  required,
})

test('options that a required property tells apart, or what is required inside it, are not compared', () => {
  const kinds = Array.from({ length: 300 }, (_, index) => `k${index}`)
  expect(pairsOf(kinds.map((value) => kind(value)))).toEqual([])
  const inside = kinds.map((value) => ({
    type: 'object',
    properties: { in: { type: 'object', properties: { n: { const: value } }, required: ['n'] } },
    required: ['in'],
  }))
  expect(pairsOf(inside)).toEqual([])
  expect(pairsOf(kinds.map((value) => ({ const: value })))).toEqual([])
  expect(pairsOf([...kinds.map((value) => kind(value)), { type: 'string' }])).toEqual([])
})

test('options of equal values, and those that need not have the property, are compared', () => {
  const others = Array.from({ length: 20 }, (_, index) => kind(`k${index}`))
  expect(pairsOf([...others, kind('k3')])).toEqual(['3 20'])
  expect(pairsOf([...others, kind('k20', [])])).toHaveLength(20)
  const either = { type: ['object', 'string'], properties: { kind: { const: 'x' } }, required: ['kind'] }
  expect(pairsOf([...others, either])).toHaveLength(20)
})
