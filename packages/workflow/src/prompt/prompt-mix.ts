import { z } from 'zod'
import { chatMessageSchema, modelRecipeSchema } from '../links/recipe-schemas.ts'
import type { ChatMessage, ModelRecipe } from '../links/recipe.ts'
import { valueAt, type Timed } from './timed.ts'

/** One prompt of a mix. Text is put where the main prompt goes; messages stand as they are. */
export interface MixTerm {
  prompt: string | ChatMessage[]
  /** Who reads it; absent: the model that generates. All models of a mix share one vocabulary. */
  model?: ModelRecipe | undefined
}

/**
 * Prompts decoded side by side whose logits are added up by coefficients, one token sampled and appended to all.
 * `coefficients` has one number per term, they sum to 1, and they may depend on the step (`Timed`).
 */
export interface PromptMix {
  terms: MixTerm[]
  coefficients: Timed<number[]>
}

/** Every term is a sequence of its own in the batch. */
export const mostTerms = 64
/** How often coefficients may change. */
export const mostPieces = 512
/** Coefficients sum to 1 within this; they come from floating-point arithmetic. */
const tolerance = 1e-6

const pieceSchema = z.strictObject({
  until: z
    .strictObject({ step: z.number().min(1).optional(), fraction: z.number().min(0).max(1).optional() })
    .optional(),
  cycle: z.array(z.array(z.number())).min(1).max(mostPieces),
})

export const promptMixSchema: z.ZodType<PromptMix> = z
  .strictObject({
    terms: z
      .array(
        z.strictObject({
          prompt: z.union([z.string(), z.array(chatMessageSchema).min(1)]),
          model: modelRecipeSchema.optional(),
        }),
      )
      .min(1)
      .max(mostTerms),
    coefficients: z.array(pieceSchema).min(1).max(mostPieces),
  })
  .superRefine((mix, context) => {
    for (const problem of problemsOf(mix)) context.addIssue({ code: 'custom', ...problem })
  })

function problemsOf({ terms, coefficients }: PromptMix): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = []
  coefficients.forEach(({ until, cycle }, index) => {
    const isLast = index === coefficients.length - 1
    const hasBound = until?.step !== undefined || until?.fraction !== undefined
    if (isLast === hasBound) {
      const message = isLast ? 'Must not end: it is the last piece' : 'Must say until when it lasts'
      problems.push({ path: ['coefficients', index, 'until'], message })
    }
    cycle.forEach((row, turn) => {
      const path = ['coefficients', index, 'cycle', turn]
      const sum = row.reduce((total, one) => total + one, 0)
      if (row.length !== terms.length)
        problems.push({ path, message: `Must have one coefficient for each of ${terms.length} terms` })
      else if (Math.abs(sum - 1) > tolerance)
        problems.push({ path, message: `Must sum to 1, sums to ${Number(sum.toPrecision(6))}` })
    })
  })
  return problems
}

/** What each term counts at a step. Steps are generated tokens, from 1; `totalSteps` is the most there may be. */
export function coefficientsAt(mix: PromptMix, step: number, totalSteps: number): number[] {
  return valueAt(mix.coefficients, step, totalSteps)
}

/** What can stand for a mix: one prompt is a mix of one term. Text is literal, whatever brackets it holds. */
export type MixLike = string | ChatMessage[] | PromptMix

export function asMix(value: MixLike): PromptMix {
  if (typeof value === 'object' && !Array.isArray(value)) return value
  return { terms: [{ prompt: value }], coefficients: [{ cycle: [[1]] }] }
}

/** The mix with each term's model chosen anew; `own` is the one it names itself. */
export function mapModels(
  mix: PromptMix,
  choose: (own: ModelRecipe | undefined) => ModelRecipe | undefined,
): PromptMix {
  return {
    ...mix,
    terms: mix.terms.map(({ prompt, model: own }) => {
      const model = choose(own)
      return model === undefined ? { prompt } : { prompt, model }
    }),
  }
}
