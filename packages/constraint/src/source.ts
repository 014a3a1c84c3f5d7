import type { Grammar } from './grammar/expression.ts'
import { parseGbnf } from './gbnf/parse-gbnf.ts'
import { compileSchema, type SchemaOptions } from './json-schema/compile-schema.ts'
import { parseLark } from './lark/parse-lark.ts'
import { parseRegex } from './regex/parse-regex.ts'

/** What a generation must match, in one of four notations. */
export type ConstraintSource =
  /** Python's or JavaScript's syntax; the whole text must match. */
  | {
      readonly kind: 'regex'
      readonly pattern: string
      /** End at the first match, as ReLLM does, instead of the longest. */
      readonly stopAtFirstMatch?: boolean
    }
  | ({ readonly kind: 'json-schema'; readonly schema: unknown } & SchemaOptions)
  /** llama.cpp's grammar format; begins at the rule `root`. */
  | { readonly kind: 'gbnf'; readonly text: string }
  /** Lark's notation, without its lexer: begins at the rule `start` unless told otherwise. */
  | { readonly kind: 'lark'; readonly text: string; readonly start?: string }

/** @throws {ConstraintError} that says what is wrong and where */
export function parseSource(source: ConstraintSource): { grammar: Grammar; stopAtFirstMatch: boolean } {
  switch (source.kind) {
    case 'regex':
      return { grammar: parseRegex(source.pattern), stopAtFirstMatch: source.stopAtFirstMatch ?? false }
    case 'json-schema':
      return { grammar: compileSchema(source.schema, source), stopAtFirstMatch: false }
    case 'gbnf':
      return { grammar: parseGbnf(source.text), stopAtFirstMatch: false }
    case 'lark':
      return { grammar: parseLark(source.text, source.start ?? 'start'), stopAtFirstMatch: false }
  }
}
