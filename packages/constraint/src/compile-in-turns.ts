import { setImmediate as nextTurn } from 'node:timers/promises'
import { compileInSteps, constraintOf, type CompileOptions, type Constraint } from './constraint.ts'
import { languageOf, type Language } from './language.ts'
import { prepareText, type PreparedSource } from './prepare-source.ts'
import type { ConstraintSource } from './source.ts'
import type { Steps } from './grammar/steps.ts'
import { CompileThreads } from './compile-threads.ts'
import { unpackSource } from './pack-source.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'

/** Milliseconds that are worked at once. */
export const longestTurn = 5

// The sources, as tests run them, cannot be loaded into a thread.
const isBuilt = import.meta.url.endsWith('.js')
const threads = new CompileThreads(new URL('./compile-thread.js', import.meta.url))

/**
 * `compile`, which lets what else waits on the event loop come in between: most is done in a thread, what must be here in
 * turns.
 */
export async function compileInTurns(
  source: ConstraintSource,
  vocabulary: Vocabulary,
  options: CompileOptions = {},
): Promise<Constraint> {
  if (!isBuilt) return inTurns(compileInSteps(source, vocabulary, options))
  return constraintOf(await prepareInThread(source, vocabulary), vocabulary, options)
}

/** `compileLanguage`, which lets what else waits on the event loop come in between. */
export async function compileLanguageInTurns(source: ConstraintSource): Promise<Language> {
  return languageOf(isBuilt ? await prepareInThread(source) : await inTurns(prepareText(source)))
}

async function prepareInThread(source: ConstraintSource, vocabulary?: Vocabulary): Promise<PreparedSource> {
  return inTurns(unpackSource(await threads.prepare(source, vocabulary)))
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
