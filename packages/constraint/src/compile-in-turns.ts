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
 * @throws {ConstraintError}; the signal's reason, once it aborts
 */
export async function compileInTurns(
  source: ConstraintSource,
  vocabulary: Vocabulary,
  { signal, ...options }: CompileOptions & { readonly signal?: AbortSignal } = {},
): Promise<Constraint> {
  if (!isBuilt) return inTurns(compileInSteps(source, vocabulary, options), signal)
  return constraintOf(await prepareInThread(source, vocabulary, signal), vocabulary, options)
}

/**
 * `compileLanguage`, which lets what else waits on the event loop come in between.
 * @throws {ConstraintError}; the signal's reason, once it aborts
 */
export async function compileLanguageInTurns(
  source: ConstraintSource,
  signal?: AbortSignal,
): Promise<Language> {
  if (!isBuilt) return languageOf(await inTurns(prepareText(source), signal))
  return languageOf(await prepareInThread(source, undefined, signal))
}

async function prepareInThread(
  source: ConstraintSource,
  vocabulary: Vocabulary | undefined,
  signal: AbortSignal | undefined,
): Promise<PreparedSource> {
  return inTurns(unpackSource(await threads.prepare(source, vocabulary, signal)), signal)
}

async function inTurns<Result>(steps: Steps<Result>, signal: AbortSignal | undefined): Promise<Result> {
  let began = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (performance.now() - began < longestTurn) continue
    await nextTurn()
    signal?.throwIfAborted()
    began = performance.now()
  }
}
