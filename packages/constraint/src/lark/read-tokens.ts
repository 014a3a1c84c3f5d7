import { ConstraintError, lineAndColumn } from '../errors/constraint-error.ts'

export type LarkTokenKind =
  'rule' | 'terminal' | 'text' | 'regex' | 'number' | 'directive' | 'newline' | 'symbol' | 'end'

export interface LarkToken {
  readonly kind: LarkTokenKind
  readonly text: string
  readonly position: number
}

const forms: readonly (readonly [LarkTokenKind | undefined, RegExp])[] = [
  [undefined, /[ \t\f]+|(?:\/\/|#)[^\n]*/y],
  ['newline', /\r?\n/y],
  ['directive', /%[a-z]+/y],
  ['text', /"(?:[^"\\\n]|\\[^\n])*"i?/y],
  ['regex', /\/(?!\/)(?:[^/\\\n]|\\[^\n])*\/[imslux]*/y],
  ['rule', /[!?]*_?[a-z][_a-z0-9]*/y],
  ['terminal', /_?[A-Z][_A-Z0-9]*/y],
  ['number', /[+-]?\d+/y],
  ['symbol', /->|\.\.|[:|()[\]{}*+?~.,]/y],
]

/** @throws {ConstraintError} `invalid-grammar` with line and column */
export function readLarkTokens(text: string): LarkToken[] {
  const tokens: LarkToken[] = []
  let position = 0
  while (position < text.length) {
    const found = readOne(text, position)
    if (found === undefined) {
      throw larkError(
        'invalid-grammar',
        `Unexpected "${String.fromCodePoint(text.codePointAt(position) as number)}"`,
        text,
        position,
      )
    }
    if (found.kind !== undefined) tokens.push({ kind: found.kind, text: found.text, position })
    position += found.text.length
  }
  return [...tokens, { kind: 'end', text: 'the end', position }]
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
