import type { ConstraintSource, ConstraintStart } from '@woolgather/constraint'
import { jsonSchema } from '@woolgather/workflow'
import { z } from 'zod'

const startSchema: z.ZodType<ConstraintStart> = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ token: z.string() }),
  z.strictObject({ thinking: z.literal(true) }),
])

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
    propertyOrder: z.enum(['schema', 'any']).optional(),
    strict: z.boolean().optional(),
    documents: z.record(z.string(), jsonSchema).optional(),
  }),
  z.strictObject({ kind: z.literal('gbnf'), text: z.string() }),
  z.strictObject({ kind: z.literal('lark'), text: z.string(), start: z.string().optional() }),
  z.strictObject({
    kind: z.literal('after'),
    after: startSchema,
    constraint: z.lazy(() => constraintSchema),
  }),
  z.strictObject({
    kind: z.literal('turns'),
    turns: z.array(
      z.strictObject({ opens: z.string(), constraint: z.lazy(() => constraintSchema), closes: z.string() }),
    ),
    required: z.boolean().optional(),
  }),
]) as z.ZodType<ConstraintSource>
