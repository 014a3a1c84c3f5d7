import type { Grammar } from './grammar/expression.ts'
import { flattenOperators } from './grammar/flatten-operators.ts'
import { parseGbnf } from './gbnf/parse-gbnf.ts'
import { compileSchemaInSteps, type SchemaOptions } from './json-schema/compile-schema.ts'
import type { SchemaNote } from './json-schema/ignored-keywords.ts'
import { joinAfter, joinTurns } from './join-sources.ts'
import { compileLark } from './lark/compile-lark.ts'
import { parseRegex } from './regex/parse-regex.ts'
import { allAtOnce, type Steps } from './grammar/steps.ts'

/** What a constraint begins after. */
export type ConstraintStart =
  /** The first time that this is written. */
  | { readonly text: string }
  /** The first time that this token is written, a control token say. */
  | { readonly token: string }
  /** The model's thinking, where it thinks: families have tags of their own. */
  | { readonly thinking: true }

/** What a generation must match, in one of four notations, from the start or after free text. */
export type ConstraintSource =
  /** Python's or JavaScript's syntax; the whole text must match. */
  | {
      readonly kind: 'regex'
      readonly pattern: string
      /** End at the first match, as ReLLM does, instead of the longest. */
      readonly stopAtFirstMatch?: boolean
    }
  /** JSON, or text of it, which keeps the places of properties named like integers. */
  | ({ readonly kind: 'json-schema'; readonly schema: unknown } & SchemaOptions)
  /** llama.cpp's grammar format; begins at the rule `root`. */
  | { readonly kind: 'gbnf'; readonly text: string }
  /** Lark's notation with llguidance's additions, without its lexer: begins at the rule `start` unless told otherwise. */
  | { readonly kind: 'lark'; readonly text: string; readonly start?: string }
  /** Free text, then a constraint. Whoever compiles it for a model sees to tokens and thinking: here those are past. */
  | { readonly kind: 'after'; readonly after: ConstraintStart; readonly constraint: ConstraintSource }
  /** Free text in which a constraint holds from where its opening text is written to its closing text, each time. */
  | {
      readonly kind: 'turns'
      readonly turns: readonly {
        readonly opens: string
        readonly constraint: ConstraintSource
        /** Follows what matched; free text goes on after it. */
        readonly closes: string
      }[]
      /** At least one turn must come. */
      readonly required?: boolean
    }

export interface ParsedSource {
  readonly grammar: Grammar
  readonly stopAtFirstMatch: boolean
  /** What a schema says that is ignored. */
  readonly notes?: readonly SchemaNote[]
}

/** @throws {ConstraintError} that says what is wrong and where */
export function parseSource(source: ConstraintSource): ParsedSource {
  return allAtOnce(parseSourceInSteps(source))
}

export function* parseSourceInSteps(source: ConstraintSource): Steps<ParsedSource> {
  switch (source.kind) {
    case 'regex':
      return { grammar: parseRegex(source.pattern), stopAtFirstMatch: source.stopAtFirstMatch ?? false }
    case 'json-schema':
      return { ...(yield* compileSchemaInSteps(source.schema, source)), stopAtFirstMatch: false }
    case 'gbnf':
      return { grammar: flattenOperators(parseGbnf(source.text)), stopAtFirstMatch: false }
    case 'lark': {
      const { grammar, notes } = compileLark(source.text, source.start ?? 'start')
      return { grammar: flattenOperators(grammar), notes, stopAtFirstMatch: false }
    }
    case 'after':
      return joinAfter(source, parseSource)
    case 'turns':
      return joinTurns(source, parseSource)
  }
}
