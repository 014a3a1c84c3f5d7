import { ConstraintError, lineAndColumn } from '../errors/constraint-error.ts'
import { tokenForm } from '../grammar/token-set.ts'

export type LarkTokenKind =
  | 'rule'
  | 'terminal'
  | 'text'
  | 'regex'
  | 'number'
  | 'directive'
  | 'token'
  | 'json'
  | 'newline'
  | 'symbol'
  | 'end'

export interface LarkToken {
  readonly kind: LarkTokenKind
  readonly text: string
  readonly position: number
}

const forms: readonly (readonly [LarkTokenKind | undefined, RegExp])[] = [
  // A backslash at the end of a line joins it to the next.
  [undefined, /[ \t\f]+|(?:\/\/|#)[^\n]*|\\[ \t]*\r?\n/y],
  ['newline', /\r?\n/y],
  ['directive', /%[a-z]+/y],
  ['text', /"(?:[^"\\\n]|\\[^\n])*"i?/y],
  ['regex', /\/(?!\/)(?:[^/\\\n]|\\[^\n])*\/[imslux]*/y],
  // Over several lines, as flag "x" is used.
  ['regex', /\/(?!\/)(?:[^/\\]|\\.)*\/[imslux]*/sy],
  // With hyphens, as llguidance has them; "a->b" gives "a" an alias.
  ['rule', /[!?]*_?[a-z](?:[_a-z0-9]|-(?!>))*/y],
  ['terminal', /_?[A-Z](?:[_A-Z0-9]|-(?!>))*/y],
  ['number', /[+-]?\d+(?:\.\d+)?/y],
  ['token', tokenForm],
  ['symbol', /->|\.\.|::|[:|()[\]{}*+?~.,&=@_]/y],
]
/** Directives with JSON after them: an object, or of a schema `true` and `false`. */
const withJson: readonly string[] = ['%json', '%regex', '%llguidance']

/** @throws {ConstraintError} `invalid-grammar` with line and column */
export function readLarkTokens(text: string): LarkToken[] {
  const tokens: LarkToken[] = []
  let position = 0
  while (position < text.length) {
    const found = readOne(text, position)
    if (found === undefined) {
      const character = String.fromCodePoint(text.codePointAt(position) as number)
      throw larkError(
        'invalid-grammar',
        `Unexpected "${character}"`,
        text,
        position,
        character === "'" ? 'Texts stand in double quotes: `"text"`.' : undefined,
      )
    }
    if (found.kind !== undefined) tokens.push({ kind: found.kind, text: found.text, position })
    position += found.text.length
    if (found.kind === 'directive' && withJson.includes(found.text)) {
      const json = readObject(text, position, found.text)
      tokens.push(json)
      position = json.position + json.text.length
    }
  }
  return [...tokens, { kind: 'end', text: 'the end', position }]
}

const blanks = /\s*/y

/** An object from its opening brace to the closing one. */
function readObject(text: string, after: number, directive: string): LarkToken {
  blanks.lastIndex = after
  const position = after + blanks.exec(text)![0].length
  const fail = (message: string): never => {
    throw larkError('invalid-grammar', message, text, Math.min(position, text.length))
  }
  const all = ['true', 'false'].find((word) => directive === '%json' && text.startsWith(word, position))
  if (all !== undefined) return { kind: 'json', text: all, position }
  if (text[position] !== '{') fail(`Expected an object after "${directive}"`)
  // A string that is never closed is one to the end: else each quote in it would be followed to there.
  const marks = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[{}]/gs
  marks.lastIndex = position
  let depth = 0
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '{') depth++
    if (mark[0] === '}' && --depth === 0)
      return { kind: 'json', text: text.slice(position, marks.lastIndex), position }
  }
  return fail('This "{" is never closed')
}

function readOne(
  text: string,
  position: number,
): { kind: LarkTokenKind | undefined; text: string } | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = position
    const found = form.exec(text)
    if (found !== null) return { kind, text: found[0] }
  }
  return undefined
}

export function larkError(
  code: 'invalid-grammar' | 'unsupported-grammar' | 'too-large',
  message: string,
  text: string,
  position: number,
  hint?: string,
): ConstraintError {
  const where = lineAndColumn(text, position)
  return new ConstraintError(code, `${message}, at line ${where.line}, column ${where.column}`, {
    where,
    ...(hint === undefined ? {} : { hint }),
  })
}
