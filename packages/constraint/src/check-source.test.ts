import { expect, test } from 'vitest'
import { checkSource } from './check-source.ts'

test('a source that compiles has no problem', () => {
  expect(checkSource({ kind: 'gbnf', text: 'root ::= "yes" | "no"' })).toBeUndefined()
  expect(checkSource({ kind: 'lark', text: 'begin: "yes"', start: 'begin' })).toBeUndefined()
  expect(checkSource({ kind: 'regex', pattern: '[a-z]+' })).toBeUndefined()
  expect(checkSource({ kind: 'json-schema', schema: { type: 'object' } })).toBeUndefined()
})

test('a problem says where it is: line and column, position, or path', () => {
  expect(checkSource({ kind: 'gbnf', text: 'root ::= "yes"\nother ::= | | )' })?.message).toMatch(
    /line 2, column 15/,
  )
  expect(checkSource({ kind: 'regex', pattern: 'a(b' })?.message).toMatch(/position \d/)
  expect(
    checkSource({ kind: 'json-schema', schema: { properties: { age: { type: 'whole' } } } })?.message,
  ).toMatch(/at #?\/properties\/age/)
})
