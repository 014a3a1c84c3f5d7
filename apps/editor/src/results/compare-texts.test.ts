import { expect, test } from 'vitest'
import { compareTexts, isWorthMarking, keptPart, longestCompared } from './compare-texts.ts'

test('Words changed one after another are told as one change', () => {
  expect(compareTexts('the small dog ran home', 'the big cat ran home')).toEqual([
    { kind: 'same', text: 'the ' },
    { kind: 'removed', text: 'small dog' },
    { kind: 'added', text: 'big cat' },
    { kind: 'same', text: ' ran home' },
  ])
})

test('A text that grew keeps all of itself, one that was replaced hardly anything', () => {
  expect(keptPart(compareTexts('once upon', 'once upon a time there was'))).toBe(1)
  expect(keptPart(compareTexts('green apples fall', 'nobody told me'))).toBe(0)
})

test('Changes are worth marking where texts share much, and are not too long to be compared', () => {
  expect(isWorthMarking('the small dog ran home', 'the big cat ran home')).toBe(true)
  expect(isWorthMarking('green apples fall', 'nobody told me')).toBe(false)
  const long = 'word '.repeat(longestCompared / 5)
  expect(isWorthMarking(long, long)).toBe(false)
})
