import { z } from 'zod'
import { schemaOf } from '../json/same-type.ts'

/** What a model is to learn of examples, to be looked at: known by its shape, whichever node it comes from. */
export interface LearntText {
  kind: 'learnt-text'
  examples: LearntExample[]
  /** How many examples there are besides. */
  more: number
}

export interface LearntExample {
  /** As messages name it: `Line 3`. */
  name: string
  tokens: number
  /** How many of its tokens are learnt. */
  learnt: number
  /** Its text, cut where other tokens count otherwise; 0: it is only read. */
  runs: { text: string; weight: number }[]
  /** How many tokens at its end are left out here. */
  cut: number
}

const learntTextSchema: z.ZodType<LearntText> = schemaOf<LearntText>()(
  z.object({
    kind: z.literal('learnt-text'),
    examples: z.array(
      z.object({
        name: z.string(),
        tokens: z.number(),
        learnt: z.number(),
        runs: z.array(z.object({ text: z.string(), weight: z.number() })),
        cut: z.number(),
      }),
    ),
    more: z.number(),
  }),
)

export function isLearntText(value: unknown): value is LearntText {
  return learntTextSchema.safeParse(value).success
}

/** All that is shown, in letters alone. */
export function tellLearnt({ examples }: LearntText): string {
  return examples.map(markLearnt).join('\n\n')
}

/** An example in letters alone: what is learnt stands in ⟦ ⟧. */
export function markLearnt({ runs, cut }: Pick<LearntExample, 'runs' | 'cut'>): string {
  const marked = runs.map(({ text, weight }) => (weight === 0 ? text : `⟦${text}⟧`)).join('')
  return cut === 0 ? marked : `${marked}…`
}
