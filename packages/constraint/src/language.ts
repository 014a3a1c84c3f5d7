import { Automaton } from './automaton/automaton.ts'
import type { SchemaNote } from './json-schema/ignored-keywords.ts'
import { baseOf, Remembering, type State } from './memory/remembering.ts'
import { allAtOnce } from './grammar/steps.ts'
import { prepareText, type PreparedSource } from './prepare-source.ts'
import type { ConstraintSource } from './source.ts'

/** How a text stands to a constraint. */
export type TextCheck =
  | { readonly matches: true }
  /** A match may begin so; more must follow. */
  | { readonly matches: false; readonly reason: 'incomplete' }
  /** No match begins with the text up to and including the character at `position` (in code units). */
  | {
      readonly matches: false
      readonly reason: 'unexpected'
      readonly position: number
      readonly character: string
    }

/** A source to test text against, without a vocabulary. */
export interface Language {
  /** What the source says that is ignored, such as keywords of a schema that assert nothing. */
  readonly notes: readonly SchemaNote[]
  readonly check: (text: string) => TextCheck
  readonly matches: (text: string) => boolean
  /** Whether the text can be continued to a match, or is one. */
  readonly allowsPrefix: (text: string) => boolean
}

/** @throws {ConstraintError} that says what is wrong with the source and where */
export function compileLanguage(source: ConstraintSource, options: { workLimit?: number } = {}): Language {
  return languageOf(allAtOnce(prepareText(source)), options)
}

export function languageOf(
  { prepared, stopAtFirstMatch, notes }: PreparedSource,
  options: { workLimit?: number } = {},
): Language {
  const automaton = new Automaton(prepared, { ...options, stopAtFirstMatch })
  const remembering = new Remembering(automaton)
  const check = (text: string): TextCheck => {
    let state: State = automaton.start
    let position = 0
    for (const character of text) {
      automaton.beginStep()
      state = remembering.step(state, character.codePointAt(0) as number)
      if (!remembering.canGoOn(state)) return { matches: false, reason: 'unexpected', position, character }
      position += character.length
    }
    return automaton.canEnd(baseOf(state)) ? { matches: true } : { matches: false, reason: 'incomplete' }
  }
  return {
    notes,
    check,
    matches: (text) => check(text).matches,
    allowsPrefix: (text) => {
      const result = check(text)
      return result.matches || result.reason === 'incomplete'
    },
  }
}
