import { z } from 'zod'

/**
 * One of `values`, `fallback` where none is given. Some may also be written with the signs that keyboards have: `>=` for
 * `≥`. A document keeps what was typed; `run` is given the value that is meant.
 */
export function choiceOf<const Value extends string>(
  values: readonly Value[],
  fallback: NoInfer<Value>,
  spellings: Readonly<Record<string, NoInfer<Value>>>,
): z.ZodType<Value> {
  const written: z.ZodType<string> = z.enum([...values, ...Object.keys(spellings)]).meta({ spellings })
  return written
    .default(fallback)
    .transform((text) => (Object.hasOwn(spellings, text) ? spellings[text] : text) as Value)
}
