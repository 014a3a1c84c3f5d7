import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from './constraint.ts'
import { startAfterToken, type Gate } from './start-after-token.ts'
import { runs } from './testing/property-runs.ts'
import { byteVocabulary, maskOf, tokensIn } from './testing/test-vocabulary.ts'
import { textOf, writeInTime } from './testing/write-in-time.ts'

const vocabulary = byteVocabulary(['<think>', '</think>', 'yes', 'no'])
const [opens, closes] = [256, 257]
const inner = compile(
  { kind: 'after', after: { thinking: true }, constraint: { kind: 'regex', pattern: '(yes|no)!' } },
  vocabulary,
)
const begin = (gate: Gate) => startAfterToken(inner.start(), gate, vocabulary)

test('a model that thinks for as long as it may answers in form in time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      fc.integer({ min: 0, max: 25 }),
      (picks, more) => {
        const state = begin({ closes })
        const budget = state.tokensToEnd() + more
        const open = (tokens: readonly number[]) => tokens.filter((token) => token !== closes)
        const written = writeInTime(state, vocabulary, budget, (tokens, step) => {
          const list = open(tokens).length > 0 ? open(tokens) : tokens
          return list[picks[step % picks.length]! % list.length]!
        })
        expect(written.ended).toBe(true)
        expect(textOf(vocabulary, written.tokens)).toMatch(/<\/think>\s*(yes|no)!$/)
      },
    ),
    runs(20),
  )
})

test('a model may answer at once, or think first: what it opens with decides', () => {
  const state = begin({ closes, opens })
  const start = state.snapshot()
  const mask = maskOf(vocabulary)
  expect(state.allowed(mask)).toBe(tokensIn(mask).length)
  expect(tokensIn(mask)).toEqual(expect.arrayContaining([opens, 258, 259]))
  expect(tokensIn(mask)).not.toContain(closes)
  expect([258, 33].map((token) => state.accept(token))).toEqual([true, true])
  expect(state.isComplete).toBe(true)
  state.restore(start)
  expect([opens, 65, 66, closes, 10, 259, 33].map((token) => state.accept(token))).not.toContain(false)
  expect(state.isComplete).toBe(true)
})

test('while the text is free it cannot end, and where thinking leaves no room it does not begin', () => {
  const free = begin({ closes })
  expect([vocabulary.endTokens[0]!, 65].map((token) => free.accept(token))).toEqual([false, true])
  expect([free.canEnd, free.isComplete]).toEqual([false, false])
  const undecided = begin({ closes, opens })
  const mask = maskOf(vocabulary)
  undecided.allowed(mask, 3)
  expect(tokensIn(mask)).not.toContain(opens)
  undecided.allowed(mask, 4)
  expect(tokensIn(mask)).toContain(opens)
})
