import { nameOfModel, type ModelRecipe, type Warning } from '@woolgather/workflow'
import type { Models, ReadyModel } from '../services/services.ts'

/** Runs `work` with the models of several recipes loaded; equal recipes are one model. */
export function useModels<Result>(
  models: Models,
  recipes: readonly ModelRecipe[],
  options: Parameters<Models['useAll']>[1],
  work: (readyFor: (recipe: ModelRecipe) => ReadyModel) => Promise<Result>,
): Promise<Result> {
  const distinct = new Map(recipes.map((recipe) => [JSON.stringify(recipe), recipe]))
  return models.useAll([...distinct.values()], options, (ready) => {
    const byRecipe = new Map([...distinct.keys()].map((key, index) => [key, ready[index]]))
    return work((recipe) => {
      const found = byRecipe.get(JSON.stringify(recipe))
      if (!found) throw new RangeError(`${nameOfModel(recipe)} is not among the models in use`)
      return found
    })
  })
}

/**
 * What of the models' weights is otherwise than the graph asked, each once: a bake whose change was lost in rounding, say,
 * or a LoRA whose base has changed.
 */
export function weightNotes(
  recipes: readonly ModelRecipe[],
  readyFor: (recipe: ModelRecipe) => Pick<ReadyModel, 'notes' | 'warnings'>,
): (string | Warning)[] {
  const told = recipes.flatMap((recipe) => {
    const { notes, warnings } = readyFor(recipe)
    return [...notes.map((note) => `${nameOfModel(recipe)}: ${note}`), ...warnings]
  })
  return [...new Map(told.map((one) => [JSON.stringify(one), one])).values()]
}
