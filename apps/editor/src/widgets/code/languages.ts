import { json, jsonParseLinter } from '@codemirror/lang-json'
import { yaml } from '@codemirror/lang-yaml'
import { StreamLanguage, type StreamParser } from '@codemirror/language'
import type { Diagnostic } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import type { SourceLanguage } from '../../document/choose-control.ts'
import { promptWeights } from './prompt-weights.ts'

/** What an input is coloured by: the language its node says it is written in. */
export function languageOf(language: SourceLanguage): Extension {
  switch (language) {
    case 'json':
    case 'json-schema':
      return json()
    case 'yaml':
      return yaml()
    case 'grammar':
      return StreamLanguage.define(grammar)
    case 'regex':
      return StreamLanguage.define(regex)
    case 'jinja':
      return StreamLanguage.define(jinja)
    case 'prompt':
      return promptWeights
  }
}

const parseJson = jsonParseLinter()

/** What the text itself shows to be wrong. Nothing typed yet is not wrong JSON. */
export function lint(language: SourceLanguage, view: EditorView): readonly Diagnostic[] {
  const isJson = language === 'json' || language === 'json-schema'
  return isJson && view.state.doc.toString().trim() !== '' ? parseJson(view) : []
}

type Rule = [pattern: RegExp, style: string | null]

/** A language whose words can be told from one look at each. */
function byRules(rules: readonly Rule[]): StreamParser<unknown> {
  return {
    token(stream) {
      for (const [pattern, style] of rules) if (stream.match(pattern)) return style
      stream.next()
      return null
    },
  }
}

/** GBNF and Lark: rules, literals, character classes and operators look alike in both. */
const grammar = byRules([
  [/^(#|\/\/).*/, 'comment'],
  [/^"(\\.|[^"\\])*"?i?/, 'string'],
  [/^\/(\\.|[^/\\])+\/[imslux]*/, 'string'],
  [/^\[(\\.|[^\]\\])*\]?/, 'escape'],
  [/^%[a-z]+/, 'keyword'],
  [/^[?!]?[A-Za-z_][\w-]*(?=(\.\d+)?\s*(::=|:))/, 'typeName'],
  [/^[A-Za-z_][\w-]*/, null],
  [/^(::=|->|[:|*+?~(){}])/, 'operator'],
  [/^\d+/, 'number'],
])

/** Statements, outputs and comments; what stands between them is text. */
const jinja: StreamParser<{ inside: boolean }> = {
  startState: () => ({ inside: false }),
  token(stream, state) {
    if (!state.inside) {
      if (stream.match(/^\{#[^]*?(#\}|$)/)) return 'comment'
      if (stream.match(/^\{[%{]-?/)) state.inside = true
      else if (!stream.match(/^[^{]+/)) stream.next()
      return state.inside ? 'operator' : null
    }
    if (stream.match(/^-?[%}]\}/)) {
      state.inside = false
      return 'operator'
    }
    if (stream.match(/^("(\\.|[^"\\])*"?|'(\\.|[^'\\])*'?)/)) return 'string'
    if (stream.match(/^(for|endfor|if|elif|else|endif|set|endset|macro|endmacro|in|not|and|or|is)\b/))
      return 'keyword'
    if (stream.match(/^(true|false|none|\d+)\b/i)) return 'number'
    if (stream.match(/^[A-Za-z_]\w*/)) return 'typeName'
    stream.next()
    return null
  },
}

const regex = byRules([
  [/^\\(p\{[^}]*\}|x[\da-f]{2}|u[\da-f]{4}|.)/i, 'escape'],
  [/^\[(\\.|[^\]\\])*\]?/, 'string'],
  [/^\(\?(P?<\w+>|[:=!]|<[=!])/, 'keyword'],
  [/^(\{\d*,?\d*\}|[*+?]\??)/, 'number'],
  [/^[()|^$.]/, 'keyword'],
])
