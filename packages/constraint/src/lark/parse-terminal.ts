import { ConstraintError } from '../errors/constraint-error.ts'
import { charactersBetween } from '../grammar/characters.ts'
import { characters, literal, literalAnyCase, type Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { larkError, type LarkToken } from './read-tokens.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `"text"`, `"text"i`, `"a".."z"`. */
export function parseText(cursor: TokenCursor): Expression {
  const token = cursor.take()
  const text = readText(token, cursor)
  if (!cursor.takeSymbol('..')) return token.text.endsWith('i') ? literalAnyCase(text) : literal(text)
  const last = cursor.expect('text', 'the last character of the range')
  const [from, to] = [text, readText(last, cursor)].map((end) => Array.from(end))
  if (from?.length !== 1 || to?.length !== 1) cursor.fail('A range goes from one character to another', token)
  const [low, high] = [from[0]!.codePointAt(0) as number, to[0]!.codePointAt(0) as number]
  if (high < low) cursor.fail('The ends of this range are the wrong way round', token)
  return characters(charactersBetween(low, high))
}

const plainEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  b: '\b',
  '\\': '\\',
  '"': '"',
  '/': '/',
  "'": "'",
}

export function readText(token: LarkToken, cursor: TokenCursor): string {
  const inner = token.text.replace(/^"|"i?$/g, '')
  return inner.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gsu, (escape, code: string) => {
    if (code.length > 1 && 'xuU'.includes(code[0]!)) {
      const point = Number.parseInt(code.slice(1), 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : cursor.fail(`${escape} is no character`, token)
    }
    return (
      plainEscapes[code] ??
      cursor.refuse(`The escape "${escape}"`, token, `A backslash is "\\\\"; of regexes, write /\\${code}/.`)
    )
  })
}

/** An escape, a class, which ends with the text where it is never closed, or a lazy quantifier. */
const regexPart = /\\.|\[\^?\]?(?:\\.|[^\]\\])*(?:\]|$)|((?:[*+?]|\{[\d,]+\})\?)/gs

/**
 * The first quantifier of `/regex/flags` that Lark's lexer stops at as early as it can. Without a lexer it may go on, as
 * llguidance has it.
 */
export function lazyQuantifier({ text }: LarkToken): string | undefined {
  for (const [, lazy] of text.matchAll(regexPart)) if (lazy !== undefined) return lazy
  return undefined
}

/** `/regex/flags`. */
export function parseRegexToken(token: LarkToken, { text }: TokenCursor): Expression {
  const end = token.text.lastIndexOf('/')
  const flags = token.text.slice(end + 1).replace(/[lu]/g, '')
  try {
    return parseRegexPart(token.text.slice(1, end), flags)
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    const codes = { 'invalid-regex': 'invalid-grammar', 'too-large': 'too-large' } as const
    const code = codes[error.code as keyof typeof codes] ?? 'unsupported-grammar'
    throw larkError(code, `${error.message}, in ${token.text}`, text, token.position, error.hint)
  }
}
