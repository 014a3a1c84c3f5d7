import type { ConstraintSource } from '@woolgather/constraint'
import { jsonSchema } from '@woolgather/workflow'
import { z } from 'zod'

/** What a link of type `constraint` carries: what a text must match, as it was written. */
export const constraintSchema: z.ZodType<ConstraintSource> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('regex'),
    pattern: z.string(),
    stopAtFirstMatch: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('json-schema'),
    schema: jsonSchema,
    whitespace: z.enum(['compact', 'flexible']).optional(),
    closedObjects: z.boolean().optional(),
    bounded: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('gbnf'), text: z.string() }),
  z.strictObject({ kind: z.literal('lark'), text: z.string(), start: z.string().optional() }),
]) as z.ZodType<ConstraintSource>
