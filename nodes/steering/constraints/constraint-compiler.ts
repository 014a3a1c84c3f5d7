import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Constraint, ConstraintSource, Vocabulary } from '@woolgather/constraint'
import { onlyToken, type LanguageModel } from '@woolgather/llama'
import { untilAborted } from '@woolgather/weights'
import { explainConstraintErrors, loadConstraints, type Constraints } from './load-constraints.ts'

/** Constraints kept compiled for each model: their masks take up to 64 MiB each. */
const keptConstraints = 16
/** Milliseconds spent on the masks of a constraint's first states, and those spent at once. */
const warmUp = 120
const warmUpSlice = 5

interface ModelConstraints {
  constraints: Constraints
  vocabulary: Vocabulary
  /** In order of last use. */
  compiled: Map<string, Compiled>
}

/** A constraint, made or in the making: that ends where all who asked for it are gone. */
interface Compiled {
  constraint: Promise<Constraint>
  asking: number
  stop: AbortController
}

/** @throws the signal's reason, once it aborts */
export type CompileConstraint = (
  model: LanguageModel,
  source: ConstraintSource,
  signal: AbortSignal,
) => Promise<Constraint>

/**
 * Compiles constraints for models. A model's token trie is built at its first constraint, in a thread of its own, and
 * goes with the model; cells with the same constraint share one automaton and its masks.
 */
export function createConstraintCompiler(): CompileConstraint {
  const known = new WeakMap<LanguageModel, Promise<ModelConstraints>>()

  const constraintsOf = (model: LanguageModel): Promise<ModelConstraints> => {
    const found = known.get(model) ?? arrangeFor(model)
    known.set(model, found)
    found.catch(() => known.delete(model))
    return found
  }

  return async (model, source, signal) => {
    const { constraints, vocabulary, compiled } = await constraintsOf(model)
    // Compiling takes some milliseconds: what waits comes first.
    await nextTurn()
    signal.throwIfAborted()
    const key = JSON.stringify(source)
    const found = compiled.get(key) ?? beginFor(source, { constraints, vocabulary })
    compiled.delete(key)
    compiled.set(key, found)
    const forget = (): void => {
      if (compiled.get(key) === found) compiled.delete(key)
    }
    found.constraint.catch(forget)
    for (const oldest of compiled.keys()) if (compiled.size > keptConstraints) compiled.delete(oldest)
    return waitFor(found, signal, forget)
  }
}

async function waitFor(found: Compiled, signal: AbortSignal, forget: () => void): Promise<Constraint> {
  found.asking++
  try {
    return await untilAborted(found.constraint, signal)
  } finally {
    found.asking--
    if (signal.aborted && found.asking === 0) {
      forget()
      found.stop.abort(signal.reason)
    }
  }
}

async function arrangeFor(model: LanguageModel): Promise<ModelConstraints> {
  const constraints = await loadConstraints()
  const tokens = await model.tokenBytes()
  const vocabulary = await constraints.createVocabularyInThread(tokens, {
    endTokens: model.endTokens(),
    tokenNamed: (name) => onlyToken(model, name),
  })
  return { constraints, vocabulary, compiled: new Map() }
}

type Tools = Pick<ModelConstraints, 'constraints' | 'vocabulary'>

function beginFor(source: ConstraintSource, tools: Tools): Compiled {
  const stop = new AbortController()
  return { constraint: compileFor(source, tools, stop.signal), asking: 0, stop }
}

/** @throws WoolgatherError invalid-input */
async function compileFor(
  source: ConstraintSource,
  { constraints, vocabulary }: Tools,
  signal: AbortSignal,
): Promise<Constraint> {
  const constraint = await explainConstraintErrors(constraints, 'constraint', ({ compileInTurns }) =>
    compileInTurns(source, vocabulary, { warmUp: 0, signal }),
  )
  void warmUpAside(constraint)
  return constraint
}

/** The first masks are computed while the model reads the prompt, a little at a time. */
async function warmUpAside(constraint: Constraint): Promise<void> {
  const until = performance.now() + warmUp
  while (performance.now() < until) {
    await nextTurn()
    if (constraint.warmUp(warmUpSlice) === 0) return
  }
}
