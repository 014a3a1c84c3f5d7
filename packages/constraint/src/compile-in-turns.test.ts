import { expect, test } from 'vitest'
import { compileInTurns, compileLanguageInTurns } from './compile-in-turns.ts'
import { byteVocabulary } from './testing/test-vocabulary.ts'

const pieces = Array.from({ length: 200 }, (_, index) => [
  `piece ${index}`,
  {
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [
        `p${index} ${at}`,
        { type: 'string', pattern: `^${index}-${at}[a-z]+$` },
      ]),
    ),
  },
])
const schema = { type: 'object', properties: Object.fromEntries(pieces) as object }

test('while a large schema is compiled, what else waits comes in between', async () => {
  let others = 0
  const work = () => {
    others++
    waiting = setImmediate(work)
  }
  let waiting = setImmediate(work)
  const language = await compileLanguageInTurns({ kind: 'json-schema', schema })
  const whileChecked = others
  const constraint = await compileInTurns({ kind: 'json-schema', schema }, byteVocabulary(), { warmUp: 0 })
  clearImmediate(waiting)
  expect(whileChecked).toBeGreaterThan(2)
  expect(others - whileChecked).toBeGreaterThan(2)
  expect(language.matches('{"piece 7":{"p7 3":"7-3x"}}')).toBe(true)
  expect(language.matches('{"piece 7":{"p7 3":"7-4x"}}')).toBe(false)
  expect(constraint.start().accept('{'.charCodeAt(0))).toBe(true)
})

test('what nobody asks for any more is given up between two turns', async () => {
  const asking = new AbortController()
  const language = compileLanguageInTurns({ kind: 'json-schema', schema }, asking.signal)
  const constraint = compileInTurns({ kind: 'json-schema', schema }, byteVocabulary(), {
    signal: asking.signal,
  })
  asking.abort(new Error('enough'))
  await expect(language).rejects.toBe(asking.signal.reason)
  await expect(constraint).rejects.toBe(asking.signal.reason)
})

test('what is wrong with a schema is told whichever turn finds it', async () => {
  const wrong = { type: 'object', properties: { a: schema, b: { type: 'strin' } } }
  await expect(compileLanguageInTurns({ kind: 'json-schema', schema: wrong })).rejects.toMatchObject({
    code: 'invalid-schema',
    where: { path: '#/properties/b/type' },
  })
})
