import { z } from 'zod'
import { schemaOf } from '../json/same-type.ts'
import {
  outputTypes,
  type ChatMessage,
  type LoraRecipe,
  type LoraUse,
  type MergeParameters,
  type MergeSlice,
  type ModelRecipe,
  type VectorValue,
} from './recipe.ts'

const blockNumber = z.string().regex(/^[1-9]\d{0,3}$/)

export const vectorSchema: z.ZodType<VectorValue> = schemaOf<VectorValue>()(
  z.strictObject({
    kind: z.literal('vector'),
    architecture: z.string().optional(),
    directions: z.record(blockNumber, z.base64()),
    measured: z.record(blockNumber, z.strictObject({ worth: z.number(), size: z.number() })).optional(),
  }),
)

const parameterValue = z.union([z.number(), z.boolean(), z.array(z.number()).min(1)])

export const mergeParametersSchema: z.ZodType<MergeParameters> = schemaOf<MergeParameters>()(
  z.record(
    z.string(),
    z.union([
      parameterValue,
      z.array(z.strictObject({ filter: z.string().optional(), value: parameterValue })).min(1),
    ]),
  ),
)

const sliceSchema: z.ZodType<MergeSlice> = schemaOf<MergeSlice>()(
  z.strictObject({
    sources: z
      .array(
        z.strictObject({
          model: z.union([z.int().nonnegative(), z.literal('base')]),
          from: z.int().nonnegative(),
          to: z.int().positive(),
          parameters: mergeParametersSchema.optional(),
        }),
      )
      .min(1),
    parameters: mergeParametersSchema.optional(),
  }),
)

/** Which methods a recipe may name. */
export interface MethodSchemas {
  merge: z.ZodType<string>
  lora: z.ZodType<string>
}

export interface RecipeSchemas {
  modelRecipeSchema: z.ZodType<ModelRecipe>
  loraRecipeSchema: z.ZodType<LoraRecipe>
}

/** Schemas of recipes for who knows the methods, so that a literal recipe is refused where it names another. */
export function recipeSchemas(methods: MethodSchemas): RecipeSchemas {
  const model = z.lazy(() => modelRecipeSchema)
  const loras = loraSchemas(methods.lora, model)
  const modelRecipeSchema = modelSchema(methods.merge, model, loras.use)
  return { modelRecipeSchema, loraRecipeSchema: loras.recipe }
}

function modelSchema(
  method: z.ZodType<string>,
  model: z.ZodType<ModelRecipe>,
  lora: z.ZodType<LoraUse>,
): z.ZodType<ModelRecipe> {
  const use = {
    gpuLayers: z.int().nonnegative().optional(),
    contextSize: z.int().positive().optional(),
    threads: z.int().positive().optional(),
    reproducible: z.literal(true).optional(),
    adapters: z.array(lora),
    vectors: z.array(z.strictObject({ vector: vectorSchema, strength: z.number() })).optional(),
  }
  return schemaOf<ModelRecipe>()(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('file'), file: z.string().min(1), ...use }),
      z.strictObject({
        kind: z.literal('checkpoint'),
        folder: z.string().min(1),
        files: z.array(z.string().min(1)).min(1),
        outputType: z.enum(outputTypes),
        ...use,
      }),
      z.strictObject({
        kind: z.literal('merge'),
        method,
        models: z.array(z.strictObject({ model, parameters: mergeParametersSchema })),
        base: model.optional(),
        parameters: mergeParametersSchema,
        slices: z.array(sliceSchema).min(1).optional(),
        vocabulary: z.union([z.enum(['same', 'union', 'base']), z.int().nonnegative()]),
        outputType: z.enum(outputTypes),
        seed: z.int().nonnegative().optional(),
        ...use,
      }),
    ]),
  )
}

const strength = z.number()
const target = { rank: z.int().positive().optional(), energy: z.number().positive().max(1).optional() }

interface LoraSchemas {
  use: z.ZodType<LoraUse>
  recipe: z.ZodType<LoraRecipe>
}

function loraSchemas(method: z.ZodType<string>, model: z.ZodType<ModelRecipe>): LoraSchemas {
  const file = z.strictObject({ file: z.string().min(1) })
  const peft = z.strictObject({ peft: z.string().min(1), base: model.optional() })
  const combine = z.strictObject({
    combine: z.strictObject({
      loras: z.array(z.lazy(() => weighted)).min(1),
      method,
      ...target,
      density: z.number().positive().max(1).optional(),
      majority: z.enum(['total', 'frequency']).optional(),
      seed: z.int().nonnegative().optional(),
    }),
  })
  const extract = z.strictObject({
    extract: z.strictObject({ tuned: model, base: model, ...target, embeddings: z.boolean() }),
  })
  const trained = z.strictObject({ trained: z.string().regex(/^[0-9a-f]{64}$/) })
  const withFields = <Fields extends z.ZodRawShape>(fields: Fields) =>
    z.union([
      file.extend(fields),
      peft.extend(fields),
      combine.extend(fields),
      extract.extend(fields),
      trained.extend(fields),
    ])
  type Weighted = LoraUse & { weight: number }
  const weighted: z.ZodType<Weighted> = schemaOf<Weighted>()(withFields({ strength, weight: z.number() }))
  return {
    use: schemaOf<LoraUse>()(withFields({ strength })),
    recipe: schemaOf<LoraRecipe>()(withFields({ kind: z.literal('lora'), strength })),
  }
}

/** As they cross links: which methods there are is not known here. */
export const { modelRecipeSchema, loraRecipeSchema }: RecipeSchemas = recipeSchemas({
  merge: z.string().min(1),
  lora: z.string().min(1),
})

export const chatMessageSchema: z.ZodType<ChatMessage> = schemaOf<ChatMessage>()(
  z.strictObject({
    role: z.enum(['system', 'user', 'assistant', 'tool']),
    content: z.string(),
  }),
)
