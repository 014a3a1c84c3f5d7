import { setImmediate as nextTurn } from 'node:timers/promises'
import { compileInSteps, type CompileOptions, type Constraint } from './constraint.ts'
import { compileLanguageInSteps, type Language } from './language.ts'
import type { ConstraintSource } from './source.ts'
import type { Steps } from './grammar/steps.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'

/** Milliseconds that are worked at once. */
export const longestTurn = 5

/** `compile`, which lets what else waits on the event loop come in between. */
export function compileInTurns(
  source: ConstraintSource,
  vocabulary: Vocabulary,
  options: CompileOptions = {},
): Promise<Constraint> {
  return inTurns(compileInSteps(source, vocabulary, options))
}

/** `compileLanguage`, which lets what else waits on the event loop come in between. */
export function compileLanguageInTurns(source: ConstraintSource): Promise<Language> {
  return inTurns(compileLanguageInSteps(source))
}

async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  let began = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (performance.now() - began < longestTurn) continue
    await nextTurn()
    began = performance.now()
  }
}
