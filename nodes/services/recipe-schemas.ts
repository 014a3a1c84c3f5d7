import { loraMethodNames, methodNames } from '@woolgather/merge'
import { recipeSchemas, type RecipeSchemas } from '@woolgather/workflow'
import { z } from 'zod'

/** Recipes as inputs of nodes: one that is written in a document names a method that there is. */
export const { modelRecipeSchema, loraRecipeSchema }: RecipeSchemas = recipeSchemas({
  merge: z.enum(methodNames),
  lora: z.enum(loraMethodNames),
})
