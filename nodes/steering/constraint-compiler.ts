import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  compile,
  createVocabulary,
  type Constraint,
  type ConstraintSource,
  type Vocabulary,
} from '@woolgather/constraint'
import type { LanguageModel } from '@woolgather/llama'
import { explainConstraintErrors } from './explain-constraint-error.ts'

/** Constraints kept compiled for each model: their masks take up to 64 MiB each. */
const keptConstraints = 16

interface ModelConstraints {
  vocabulary: Vocabulary
  /** In order of last use. */
  compiled: Map<string, Constraint>
}

export type CompileConstraint = (model: LanguageModel, source: ConstraintSource) => Promise<Constraint>

/**
 * Compiles constraints for models. A model's token trie is built at its first constraint and goes with the model; cells
 * with the same constraint share one automaton and its masks.
 */
export function createConstraintCompiler(): CompileConstraint {
  const known = new WeakMap<LanguageModel, ModelConstraints>()

  const constraintsOf = (model: LanguageModel): ModelConstraints => {
    const found = known.get(model)
    if (found) return found
    const vocabulary = createVocabulary(model.tokenBytes(), { endTokens: model.endTokens() })
    const constraints = { vocabulary, compiled: new Map<string, Constraint>() }
    known.set(model, constraints)
    return constraints
  }

  return async (model, source) => {
    // Compiling takes up to a second: what waits comes first.
    await nextTurn()
    const { vocabulary, compiled } = constraintsOf(model)
    const key = JSON.stringify(source)
    const constraint =
      compiled.get(key) ?? explainConstraintErrors('constraint', () => compile(source, vocabulary))
    compiled.delete(key)
    compiled.set(key, constraint)
    for (const oldest of compiled.keys()) if (compiled.size > keptConstraints) compiled.delete(oldest)
    return constraint
  }
}
