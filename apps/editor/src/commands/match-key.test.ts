import { expect, test } from 'vitest'
import { commands } from './commands.ts'
import { matches } from './match-key.ts'

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

/** What layouts write with the keys of a keyboard, as browsers tell it: shortcut, character, place, Shift. */
const foreign: readonly (readonly [string, string, string, boolean?])[] = [
  ['f', 'а', 'KeyF'],
  ['Mod+z', 'я', 'KeyZ'],
  ['Mod+Shift+z', 'Я', 'KeyZ', true],
  ['[', 'х', 'BracketLeft'],
  ['.', 'ю', 'Period'],
  ['Mod+s', 'σ', 'KeyS'],
  ['Shift+t', 'لإ', 'KeyT', true],
  ['Shift+o', '×', 'KeyO', true],
  ['Mod+s', 'س', 'KeyS'],
  ['?', '؟', 'Slash', true],
  ['u', 'ี', 'KeyU'],
  ['l', 'ㅣ', 'KeyL'],
  ['Mod+k', 'к', 'KeyR'],
]

test('Where a key writes no Latin letter, its place counts', () => {
  for (const [shortcut, key, code, shiftKey = false] of foreign) {
    const event = { ...press(key, { shiftKey, ctrlKey: shortcut.startsWith('Mod') }), code }
    const expected = shortcut !== 'Mod+k'
    expect([shortcut, key, matches(shortcut, event)]).toEqual([shortcut, key, expected])
  }
})

test('Where it writes one, the letter counts: on AZERTY, Dvorak and Turkish keyboards', () => {
  const azerty = { ...press('z', { ctrlKey: true }), code: 'KeyW' }
  expect(matches('Mod+z', azerty)).toBe(true)
  expect(matches('Mod+w', azerty)).toBe(false)
  expect(matches('Mod+m', { ...press(',', { ctrlKey: true }), code: 'KeyM' })).toBe(false)
  expect(matches('[', { ...press('ü'), code: 'BracketLeft' })).toBe(false)
  expect(matches('i', { ...press('ı'), code: 'KeyI' })).toBe(false)
  expect(matches('=', { ...press('¡'), code: 'Equal' })).toBe(false)
  expect(matches('Alt+a', { ...press('a', { altKey: true }), code: 'KeyQ' })).toBe(true)
})

test('What AltGr writes is no command', () => {
  const getModifierState = (modifier: string): boolean => modifier === 'AltGraph'
  expect(matches('[', { ...press('['), code: 'Digit8', getModifierState })).toBe(false)
  expect(matches('Alt+s', { ...press('ś', { altKey: true }), code: 'KeyS', getModifierState })).toBe(false)
  expect(matches('Alt+s', { ...press('ś', { altKey: true, ctrlKey: true }), code: 'KeyS' })).toBe(false)
})

test('No two commands share a key', () => {
  const keys = commands.flatMap((command) => command.keys)
  expect(keys).toEqual([...new Set(keys)])
})
