import { json } from '@codemirror/lang-json'
import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import { findPlace } from './find-place.ts'

const marked = (message: string, doc: string): string | undefined => {
  const state = EditorState.create({ doc, extensions: json() })
  const place = findPlace(message, state)
  return place && state.sliceDoc(place.from, place.to)
}

test('A line and column, a line alone, a position and a character are found', () => {
  expect(marked('Unexpected “)”, line 2, column 3.', 'abc\nde)')).toBe(')')
  expect(marked('Something on line 2.', 'abc\nde)')).toBe('de)')
  expect(marked('Nothing to repeat at position 1: x', 'a*')).toBe('*')
  expect(marked('Unterminated group at position 9', '(abc')).toBe('c')
  expect(marked('wrong, at character 1.', 'abc')).toBe('a')
})

test('A path is the property or the item it leads to, also where a regular expression in it has a position', () => {
  const schema = '{"anyOf": [{}, {"properties": {"a/b c": {"pattern": "a(b"}, "d": {"type": "x"}}}]}'
  expect(marked('The schema is invalid at #/anyOf/1/properties/d/type: there is no type "x".', schema)).toBe(
    '"type"',
  )
  expect(
    marked(
      'The regex is invalid at position 3: Unterminated group, in #/anyOf/1/properties/a~1b c/pattern.',
      schema,
    ),
  ).toBe('"pattern"')
  expect(marked('The schema uses "not" at #/anyOf/0, which cannot be enforced.', schema)).toBe('{}')
})

test('A message without a place, and a place that is not there, mark nothing', () => {
  expect(marked('No text can meet the constraint: "#" matches nothing.', '{}')).toBeUndefined()
  expect(marked('Something on line 7.', '{}')).toBeUndefined()
  expect(marked('invalid at #/items/type: x', '{}')).toBeUndefined()
})
