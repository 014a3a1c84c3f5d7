import { ConstraintError } from '../errors/constraint-error.ts'
import type { Expression } from '../grammar/expression.ts'
import { embedGrammar } from '../grammar/map-expression.ts'
import { compileSchema } from '../json-schema/compile-schema.ts'
import type { SchemaNote } from '../json-schema/ignored-keywords.ts'

type GrammarCode = 'invalid-grammar' | 'unsupported-grammar' | 'too-large'

const codes: Readonly<Record<string, GrammarCode>> = {
  'invalid-schema': 'invalid-grammar',
  'too-large': 'too-large',
}
/** llguidance's options beside a schema that say how its JSON is written; others change nothing. */
const spacing: readonly string[] = [
  'item_separator',
  'key_separator',
  'whitespace_pattern',
  'json_allowed_escapes',
]

/**
 * `%json {…}`: blanks as JSON allows them, unless the schema says `"x-guidance": {"whitespace_flexible": false}`.
 * @param text of the schema, which is JSON
 * @param rules where its rules are added
 * @param fail told of what is wrong with the schema
 */
export function inlineSchema(
  text: string,
  prefix: string,
  rules: Map<string, Expression>,
  fail: (code: GrammarCode, error: { readonly message: string; readonly hint: string | undefined }) => never,
): { expression: Expression; notes: readonly SchemaNote[] } {
  const options = (JSON.parse(text) as { 'x-guidance'?: { [option: string]: unknown } })['x-guidance'] ?? {}
  const refused = spacing.find((option) => option in options)
  if (refused !== undefined)
    fail('unsupported-grammar', {
      message: `"${refused}" of a schema cannot be translated`,
      hint: 'There is "whitespace_flexible", true or false.',
    })
  const whitespace = options['whitespace_flexible'] === false ? 'compact' : 'flexible'
  try {
    const { grammar, notes } = compileSchema(text, { whitespace, bounded: true })
    return { expression: embedGrammar(grammar, prefix, rules), notes }
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    return fail(codes[error.code] ?? 'unsupported-grammar', error)
  }
}
