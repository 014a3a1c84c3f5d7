import { expect, test } from 'vitest'
import { compile } from '../constraint.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'
import { maskOf, tokensIn } from '../testing/test-vocabulary.ts'
import { createVocabulary } from '../vocabulary/vocabulary.ts'

const encoder = new TextEncoder()
const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte))
/** Bytes, two words, two control tokens, and two that end a text. */
const [word, words, think, unthink, call, end] = [256, 257, 258, 259, 260, 261] as const
const vocabulary = createVocabulary(
  [
    ...bytes,
    encoder.encode('ab'),
    encoder.encode('abc'),
    ...Array.from({ length: 4 }, () => new Uint8Array(0)),
  ],
  {
    endTokens: [call, end],
    tokenNamed: (name) =>
      ({ '<think>': think, '</think>': unthink, '<|call|>': call, '<ab>': undefined })[name] ?? undefined,
  },
)
const code = (text: string): number => text.charCodeAt(0)

/** Names of the tokens that may follow some others. */
function after(text: string, tokens: readonly number[], kind: 'gbnf' | 'lark' = 'gbnf'): number[] {
  const state = compile({ kind, text }, vocabulary).start()
  for (const token of tokens) expect(state.accept(token)).toBe(true)
  const mask = maskOf(vocabulary)
  const count = state.allowed(mask)
  expect(tokensIn(mask)).toHaveLength(count)
  return tokensIn(mask)
}

test('a control token that a grammar names is written where it stands, and its text is not', () => {
  const text = 'root ::= <think> [a-b]* </think> "c"'
  expect(after(text, [])).toEqual([think])
  expect(after(text, [think])).toEqual([code('a'), code('b'), word, unthink])
  expect(after(text, [think, word, unthink])).toEqual([code('c')])
  expect(after(text, [think, word, unthink, code('c')])).toEqual([call, end])
  const state = compile({ kind: 'gbnf', text }, vocabulary).start()
  expect([state.accept(code('<')), state.accept(unthink), state.accept(end)]).toEqual([false, false, false])
  expect(state.accept(think)).toBe(true)
})

test('tokens are named by their numbers and ranges, and all but some of them', () => {
  expect(after('root ::= <[256]> "c"', [])).toEqual([word])
  expect(after('start: <[256-258,97]> "c"', [], 'lark')).toEqual([97, word, words, think])
  expect(after('root ::= !<think> "c"', [])).toEqual([...bytes.keys(), word, words, unthink])
  expect(after('start: <[^0-96,98-256,258]> "c"', [], 'lark')).toEqual([97, words, unthink])
  expect(after('start: <[*]>', [], 'lark')).toEqual([...bytes.keys(), word, words, think, unthink, call, end])
})

test('a token that is named may be written as text, too: both ways go on', () => {
  const text = 'root ::= <[256]> "!" | "ab" "c"'
  expect(after(text, [word])).toEqual([code('!'), code('c')])
  expect(after(text, [code('a'), code('b')])).toEqual([code('c')])
  expect(after('root ::= (!<think>)* <think>', [words, code('x')])).toHaveLength(vocabulary.size - 2)
})

test('a token that ends a text may be named where the text may end, and nowhere else', () => {
  const text = 'start: "a" <|call|> | "b" <|call|> "c" | "bd"'
  expect(after(text, [code('a')], 'lark')).toEqual([call])
  expect(after(text, [code('b')], 'lark')).toEqual([code('d')])
  const state = compile({ kind: 'lark', text }, vocabulary).start()
  expect([state.accept(code('a')), state.accept(end), state.accept(call), state.isComplete]).toEqual([
    true,
    false,
    true,
    true,
  ])
})

test('unknown tokens and numbers are errors with line, column and a hint', () => {
  for (const [text, column] of [
    ['root ::=\n  "a" <nothink>', 7],
    ['root ::=\n <[9999]>', 2],
  ] as const)
    expect(() => compile({ kind: 'gbnf', text }, vocabulary)).toThrow(
      expect.objectContaining({
        code: 'invalid-grammar',
        where: expect.objectContaining({ line: 2, column }) as object,
        hint: expect.stringContaining('text') as string,
      }) as ConstraintError,
    )
})

test('in a text that is checked a token stands as it is named, or leaves nothing', () => {
  const { matches } = compileLanguage({ kind: 'gbnf', text: 'root ::= <think> [a-z]+ </think> "!"' })
  expect(['<think>ab</think>!', 'ab!', '<think>ab!', '<think></think>!', 'ab'].map(matches)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})

test('a text that needs tokens by name ends in time, as few as there are', () => {
  const text = 'root ::= <think> [a-b]* </think> "abc" <[256]> (<|call|> | "!" <|call|>)'
  const state = compile({ kind: 'gbnf', text }, vocabulary).start()
  const way = [think, unthink, words, word, call]
  expect([state.tokensToEnd(), state.wayOut()]).toEqual([5, way])
  const mask = maskOf(vocabulary)
  const inTime = (left: number): number[] => {
    state.allowed(mask, left)
    return tokensIn(mask)
  }
  expect(state.accept(think)).toBe(true)
  expect(inTime(4)).toEqual([unthink])
  expect(inTime(5)).toEqual([code('a'), code('b'), word, unthink])
  expect([state.endsWithin(unthink, 4), state.endsWithin(word, 4)]).toEqual([true, false])
  for (const token of way.slice(1)) {
    expect(inTime(way.length - way.indexOf(token))).toEqual([token])
    expect(state.accept(token)).toBe(true)
  }
  expect(state.isComplete).toBe(true)
})

test('a token that ends a text is no way out before its end, and one that is avoided none at all', () => {
  const text = 'root ::= "a" (<|call|> "b" | <think> "cab" | "ab" "ab" "ab" "ab")'
  const begun = (): ReturnType<ReturnType<typeof compile>['start']> => {
    const state = compile({ kind: 'gbnf', text }, vocabulary).start()
    expect(state.accept(code('a'))).toBe(true)
    return state
  }
  expect(begun().wayOut()?.[0]).toBe(think)
  const careful = begun()
  careful.avoid([think])
  expect(careful.wayOut()).toEqual([word, word, word, word])
})

test('tokens are named in constraints that hold after a text, too, and in turns of free text', () => {
  const constraint = { kind: 'gbnf', text: 'root ::= <think> "c"' } as const
  for (const source of [
    { kind: 'after', after: { text: 'ab' }, constraint },
    { kind: 'turns', turns: [{ opens: 'ab', constraint, closes: '.' }] },
  ] as const) {
    const state = compile(source, vocabulary).start()
    const allowed = [word, words, think, code('c')].map((token) => state.accept(token))
    expect(allowed).toEqual([true, false, true, true])
  }
})
