import { isMac } from '../store/show-keys.ts'

export interface KeyPress extends Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'
> {
  getModifierState?: (modifier: string) => boolean
}

/**
 * Whether an event is this shortcut. Shift counts for letters only: `?` and `+` sit elsewhere on other keyboards. What
 * AltGr writes is a character, never a command.
 */
export function matches(shortcut: string, event: KeyPress): boolean {
  const parts = shortcut.split(/\+(?=.)/)
  const key = parts.at(-1) ?? ''
  const shiftMatters = /^[a-z]$/.test(key) || key.length > 1
  return (
    !isAltGr(event) &&
    keyOf(event) === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === parts.includes('Mod') &&
    (!shiftMatters || event.shiftKey === parts.includes('Shift')) &&
    event.altKey === parts.includes('Alt')
  )
}

/** On a Mac, some browsers call the Option key so; there it is Alt. */
function isAltGr(event: KeyPress): boolean {
  return !isMac && event.getModifierState?.('AltGraph') === true
}

/**
 * What a key stands for: the character it writes, as long as that is one of the Latin alphabet. Where it is a Russian,
 * Greek, Arabic or another letter, or what Alt makes of it on a Mac, the place of the key counts, as it is on a keyboard
 * of the United States.
 */
function keyOf({ key, code, shiftKey, altKey }: KeyPress): string {
  const written = key.toLowerCase()
  const readable = altKey ? /^[a-z]$/.test(written) || /^\p{ASCII}{2,}$/u.test(key) : !isForeign(key, code)
  if (readable) return written
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  return letter?.toLowerCase() ?? signs[code]?.[shiftKey ? 1 : 0] ?? written
}

/** A letter or sign of another script. Other scripts have signs of their own only on keys of letters (`×` in Arabic). */
function isForeign(key: string, code: string): boolean {
  if (/^[\p{ASCII}\p{Script=Latin}]/u.test(key)) return false
  return /^[\p{L}\p{M}؟،؛]/u.test(key) ? key !== 'µ' : /^Key[A-Z]$/.test(code)
}

/** What keys write that are no letters: alone, and with Shift. */
const signs: Readonly<Record<string, readonly [string, string]>> = {
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  Equal: ['=', '+'],
  Minus: ['-', '_'],
}
