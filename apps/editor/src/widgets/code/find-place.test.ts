import { json } from '@codemirror/lang-json'
import { EditorState } from '@codemirror/state'
import type { SourcePlace } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { findPlace } from './find-place.ts'

const marked = (where: SourcePlace | undefined, doc: string, extensions = json()): string | undefined => {
  const state = EditorState.create({ doc, extensions })
  const place = findPlace(where, state)
  return place && state.sliceDoc(place.from, place.to)
}

test('A line and column, a line alone and a position are found', () => {
  expect(marked({ line: 2, column: 3 }, 'abc\nde)')).toBe(')')
  expect(marked({ line: 2 }, 'abc\nde)')).toBe('de)')
  expect(marked({ position: 1 }, 'a*')).toBe('*')
  expect(marked({ position: 0 }, 'abc')).toBe('a')
})

test('What is missing at the end is the last character', () => {
  expect(marked({ position: 9 }, '(abc')).toBe('c')
  expect(marked({ line: 1, column: 9 }, '(abc')).toBe('c')
})

test('A path is the property or the item it leads to, and counts before a position in it', () => {
  const schema = '{"anyOf": [{}, {"properties": {"a/b c": {"pattern": "a(b"}, "d": {"type": "x"}}}]}'
  expect(marked({ path: '#/anyOf/1/properties/d/type' }, schema)).toBe('"type"')
  expect(marked({ path: '#/anyOf/1/properties/a~1b c/pattern', position: 3 }, schema)).toBe('"pattern"')
  expect(marked({ path: '#/anyOf/0' }, schema)).toBe('{}')
})

test('A place that is not there marks nothing', () => {
  expect(marked({ line: 7 }, '{}')).toBeUndefined()
  expect(marked({ path: '#/items/type' }, '{}')).toBeUndefined()
})

test('Without a place, JSON is marked where it breaks off, and what is whole, or no JSON, nowhere', () => {
  expect(marked(undefined, '{"a": 1,, "b": 2}')).toBe(',')
  expect(marked(undefined, '{"a": 1}')).toBeUndefined()
  expect(marked(undefined, 'anything', [] as never)).toBeUndefined()
})
