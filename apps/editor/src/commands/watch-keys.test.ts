import { expect, test } from 'vitest'
import { commands } from './commands.ts'
import { matches } from './watch-keys.ts'

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {},
) => ({
  key,
  code: `Key${key.toUpperCase()}`,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

test('A shortcut needs exactly its modifiers', () => {
  expect(matches('Mod+z', press('z', { ctrlKey: true }))).toBe(true)
  expect(matches('Mod+z', press('z', { metaKey: true }))).toBe(true)
  expect(matches('Mod+z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(false)
  expect(matches('Mod+Shift+z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true)
  expect(matches('f', press('f', { ctrlKey: true }))).toBe(false)
  expect(matches('f', press('f', { altKey: true }))).toBe(false)
})

test('With Alt the key counts, whatever character it writes', () => {
  expect(matches('Alt+h', { ...press('˙', { altKey: true }), code: 'KeyH' })).toBe(true)
  expect(matches('Alt+h', press('h'))).toBe(false)
})

test('Signs match wherever the keyboard has them', () => {
  expect(matches('?', press('?', { shiftKey: true }))).toBe(true)
  expect(matches('/', press('/', { shiftKey: true }))).toBe(true)
  expect(matches('+', press('+', { shiftKey: true }))).toBe(true)
})

test('No two commands share a key', () => {
  const keys = commands.flatMap((command) => command.keys)
  expect(keys).toEqual([...new Set(keys)])
})
