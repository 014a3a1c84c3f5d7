import { expect, test } from 'vitest'
import { checkSource, type ConstraintSource } from './check-source.ts'

test('a source that compiles has no problem', () => {
  const fine = { notes: [] }
  expect(checkSource({ kind: 'gbnf', text: 'root ::= "yes" | "no"' })).toEqual(fine)
  expect(checkSource({ kind: 'lark', text: 'begin: "yes"', start: 'begin' })).toEqual(fine)
  expect(checkSource({ kind: 'regex', pattern: '[a-z]+' })).toEqual(fine)
  expect(checkSource({ kind: 'json-schema', schema: { type: 'object' } })).toEqual(fine)
})

test('what a schema says in vain is told, in a grammar too', () => {
  const notes = [expect.stringContaining('“nullable”') as string]
  expect(checkSource({ kind: 'json-schema', schema: { nullable: true } })).toEqual({ notes })
  expect(checkSource({ kind: 'lark', text: 'start: %json {"nullable": true}' })).toEqual({ notes })
})

test('a problem says where it is, in words and as a fact: line and column, position, or path', () => {
  expect(checkSource({ kind: 'gbnf', text: 'root ::= "yes"\nother ::= | | )' }).problem).toMatchObject({
    message: expect.stringContaining('line 2, column 15') as string,
    where: { line: 2, column: 15 },
  })
  expect(checkSource({ kind: 'regex', pattern: 'a(b' }).problem).toMatchObject({
    message: expect.stringContaining('position 3') as string,
    where: { position: 3 },
  })
  const schema = { properties: { age: { type: 'whole' } } }
  expect(checkSource({ kind: 'json-schema', schema }).problem).toMatchObject({
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
    const { message, where } = checkSource(source).problem!
    const { line, column, position, path } = where
    const told =
      path?.slice(0, path.lastIndexOf('/')) ??
      (line === undefined ? `position ${position}` : `line ${line}, column ${column}`)
    expect(message).toContain(told)
    expect(message).toMatch(/[^.]\.$/)
  }
})
