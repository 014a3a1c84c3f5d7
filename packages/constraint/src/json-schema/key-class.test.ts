import { expect, test } from 'vitest'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'
import { WeighedCache } from './weighed-cache.ts'

test('keys beside names belong to the patterns that they match, names to their own schemas', () => {
  const names = ['x', 'x-a', 'x-ab', 'é"', 'y😀']
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, { type: 'null' }])),
      patternProperties: { '^x-': { type: ['integer', 'null'] }, b$: { type: ['boolean', 'null'] } },
      additionalProperties: { type: 'string' },
    },
  })
  const values = [null, 1, true, 'text']
  const accepted = (name: string): unknown[] =>
    values.filter((value) => matches(JSON.stringify({ [name]: value })))
  expect(Object.fromEntries(names.map((name) => [name, accepted(name)]))).toEqual(
    Object.fromEntries(names.map((name) => [name, [null]])),
  )
  expect(['x-', 'x-aa', 'x-abb', 'b', 'x-b', '', 'é', 'y', 'y😁', 'xx'].map(accepted)).toEqual([
    [null, 1],
    [null, 1],
    [null],
    [null, true],
    [null],
    ...Array.from({ length: 5 }, () => ['text']),
  ])
})

test('what a schema may take does not depend on what was compiled before [R102]', () => {
  // Products of some thousands of states, more than a schema has room for: the second time some are known already.
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `p${index}`,
        { type: 'string', pattern: 'a.{11}$', minLength: index, format: 'uri' },
      ]),
    ),
  }
  const outcome = (): string => {
    try {
      compileLanguage({ kind: 'json-schema', schema })
      return 'compiled'
    } catch (error) {
      return error instanceof ConstraintError ? error.code : 'crashed'
    }
  }
  expect([outcome(), outcome()]).toEqual(['too-large', 'too-large'])
})

test('of what is kept the least recently used goes first, and what is too heavy by itself is not kept', () => {
  const cache = new WeighedCache<string>(10)
  const kept = (): string[] => ['a', 'b', 'c', 'd'].filter((name) => cache.get(name) !== undefined)
  cache.set('b', 'B', 4)
  cache.set('a', 'A', 4)
  cache.get('b')
  cache.set('c', 'C', 4)
  expect(kept()).toEqual(['b', 'c'])
  cache.set('b', 'B, grown', 6)
  expect(kept()).toEqual(['b', 'c'])
  cache.set('d', 'D', 11)
  expect(kept()).toEqual(['b', 'c'])
})
