import { expect, test } from 'vitest'
import { checkSource, type ConstraintSource } from './check-source.ts'

test('a source that compiles has no problem', () => {
  expect(checkSource({ kind: 'gbnf', text: 'root ::= "yes" | "no"' })).toBeUndefined()
  expect(checkSource({ kind: 'lark', text: 'begin: "yes"', start: 'begin' })).toBeUndefined()
  expect(checkSource({ kind: 'regex', pattern: '[a-z]+' })).toBeUndefined()
  expect(checkSource({ kind: 'json-schema', schema: { type: 'object' } })).toBeUndefined()
})

test('a problem says where it is, in words and as a fact: line and column, position, or path', () => {
  expect(checkSource({ kind: 'gbnf', text: 'root ::= "yes"\nother ::= | | )' })).toMatchObject({
    message: expect.stringContaining('line 2, column 15') as string,
    where: { line: 2, column: 15 },
  })
  expect(checkSource({ kind: 'regex', pattern: 'a(b' })).toMatchObject({
    message: expect.stringContaining('position 3') as string,
    where: { position: 3 },
  })
  const schema = { properties: { age: { type: 'whole' } } }
  expect(checkSource({ kind: 'json-schema', schema })).toMatchObject({
    message: expect.stringContaining('at #/properties/age') as string,
    where: { path: '#/properties/age/type' },
  })
})

test('every error with a place says it in its message, which is a sentence once it has a full stop', () => {
  const wrong: ConstraintSource[] = [
    { kind: 'regex', pattern: 'a\\1' },
    { kind: 'regex', pattern: '[a' },
    { kind: 'regex', pattern: 'a(?i)b' },
    { kind: 'regex', pattern: 'a(?=b)c' },
    { kind: 'regex', pattern: '*' },
    { kind: 'gbnf', text: 'root ::= other' },
    { kind: 'gbnf', text: 'root ::= <[5,]>' },
    { kind: 'gbnf', text: `root ::= ${'('.repeat(2_000)}` },
    { kind: 'lark', text: 'start: "a" other' },
    { kind: 'lark', text: 'start: "a" %' },
    { kind: 'json-schema', schema: { not: { uniqueItems: true }, properties: { a: { pattern: '(' } } } },
    { kind: 'json-schema', schema: { type: 'string', pattern: 'a(?=b)c' } },
  ]
  for (const source of wrong) {
    const { message, where } = checkSource(source)!
    const { line, column, position, path } = where
    const told =
      path?.slice(0, path.lastIndexOf('/')) ??
      (line === undefined ? `position ${position}` : `line ${line}, column ${column}`)
    expect(message).toContain(told)
    expect(message).toMatch(/[^.]\.$/)
  }
})
