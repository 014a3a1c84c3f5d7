import { nameOfModel, type ModelRecipe } from '@woolgather/workflow'
import type { Models, ReadyModel } from '../services.ts'

/** Runs `work` with the models of several recipes loaded; equal recipes are one model. */
export async function useModels<Result>(
  models: Models,
  recipes: readonly ModelRecipe[],
  options: Parameters<Models['use']>[1],
  work: (readyFor: (recipe: ModelRecipe) => ReadyModel) => Promise<Result>,
): Promise<Result> {
  const distinct = new Map(recipes.map((recipe) => [JSON.stringify(recipe), recipe]))
  const ready = new Map<string, ReadyModel>()
  const readyFor = (recipe: ModelRecipe): ReadyModel => {
    const found = ready.get(JSON.stringify(recipe))
    if (!found) throw new RangeError(`${nameOfModel(recipe)} is not among the models in use`)
    return found
  }
  const open = ([next, ...rest]: [string, ModelRecipe][]): Promise<Result> =>
    next === undefined
      ? work(readyFor)
      : models.use(next[1], options, (model) => {
          ready.set(next[0], model)
          return open(rest)
        })
  return open([...distinct])
}
