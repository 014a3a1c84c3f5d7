import { readText } from './parse-terminal.ts'
import type { LarkEnding, LarkNode } from './syntax.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Attributes that no text can be checked for, by what to do instead. */
const instead: Readonly<Record<string, string>> = {
  max_tokens: 'Bound the characters, `/.{0,200}/`, or the answer by “max tokens”.',
  temperature: 'Set it where the text is generated.',
}

/** llguidance's attributes of a rule, up to the closing bracket: `[capture, stop="\n"]`. Captures change no text. */
export function parseEnding(cursor: TokenCursor, parseValue: () => LarkNode): LarkEnding | undefined {
  let ending: LarkEnding | undefined
  do {
    if (cursor.isSymbol(']')) break
    const at = cursor.expect('rule', 'an attribute')
    const name = at.text
    if (Object.hasOwn(instead, name)) cursor.refuse(`"${name}"`, at, instead[name])
    if (name === 'capture' || name === 'stop_capture') {
      if (cursor.takeSymbol('=')) readText(cursor.expect('text', 'a name'), cursor)
      continue
    }
    if (name !== 'lazy' && name !== 'stop' && name !== 'suffix')
      cursor.fail(
        `There is no attribute "${name}": there are lazy, stop, suffix, capture and stop_capture`,
        at,
      )
    if (name !== 'lazy') cursor.expectSymbol('=')
    if (name !== 'lazy' && cursor.peek().text === '""')
      cursor.refuse(`An empty "${name}"`, at, 'Leave it out: a text ends where the grammar lets it end.')
    const text = name === 'lazy' ? undefined : parseValue()
    if (ending !== undefined && ending.kind !== 'lazy' && name !== 'lazy')
      cursor.fail('A rule has one "stop" or "suffix"', at)
    if (ending === undefined || name !== 'lazy')
      ending = { kind: name, at, ...(text !== undefined && { text }) }
  } while (cursor.takeSymbol(','))
  cursor.expectSymbol(']')
  return ending
}
