import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compile } from '../constraint.ts'
import { compileLanguage, type Language } from '../language.ts'
import { byteVocabulary, has, maskOf, tokensIn, vocabularyOf } from '../testing/test-vocabulary.ts'

type Case = [pattern: string, partial: string, token: string, allowed: boolean]

const file = new URL('../testing/rellm-partial.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }

test('agrees with ReLLM in every recorded case: none is deliberately different', () => {
  const languages = new Map<string, Language>()
  const found = cases.map(([pattern, partial, token]): Case => {
    const language = languages.get(pattern) ?? compileLanguage({ kind: 'regex', pattern })
    languages.set(pattern, language)
    return [pattern, partial, token, language.allowsPrefix(partial + token)]
  })
  expect(cases).toHaveLength(769)
  expect(found).toEqual(cases)
})

test('masks agree with ReLLM too, except for the empty token: it is never allowed, because it would not end', () => {
  const texts = [...new Set(cases.flatMap(([, partial, token]) => [partial, token]))].filter(
    (text) => text !== '',
  )
  const vocabulary = byteVocabulary(texts)
  const tokenOf = (text: string) => 256 + texts.indexOf(text)
  const mask = maskOf(vocabulary)
  const relevant = cases.filter(([, , token]) => token !== '')
  const found = relevant.map(([pattern, partial, token]): Case => {
    const state = compile({ kind: 'regex', pattern }, vocabulary, { warmUp: 0 }).start()
    const reached = partial === '' || state.accept(tokenOf(partial))
    if (reached) state.allowed(mask)
    return [pattern, partial, token, reached && has(mask, tokenOf(token))]
  })
  expect(found).toEqual(relevant)
})

test('stops at the first match as ReLLM does only when asked to', () => {
  const vocabulary = vocabularyOf(['1', '22', ' '])
  const stops = compile({ kind: 'regex', pattern: '\\d+', stopAtFirstMatch: true }, vocabulary).start()
  const goesOn = compile({ kind: 'regex', pattern: '\\d+' }, vocabulary).start()
  const mask = maskOf(vocabulary)
  const after = [stops, goesOn].map((state) => {
    expect(state.accept(0)).toBe(true)
    state.allowed(mask)
    return { allowed: tokensIn(mask), canEnd: state.canEnd, isComplete: state.isComplete }
  })
  expect(after).toEqual([
    { allowed: [3], canEnd: true, isComplete: true },
    { allowed: [0, 1, 3], canEnd: true, isComplete: false },
  ])
})
