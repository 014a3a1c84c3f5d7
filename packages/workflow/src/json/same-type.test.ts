import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonSchema, type Json } from './json.ts'
import { schemaOf } from './same-type.ts'

interface Place {
  node: string
  at: Record<string, number>
}

type Told = Place & ({ kind: 'said'; text: string } | { kind: 'counted'; done: number; of?: number })

const place = { node: z.string(), at: z.record(z.string(), z.number()) }
const said = z.object({ ...place, kind: z.literal('said'), text: z.string() })
const counted = z.object({
  ...place,
  kind: z.literal('counted'),
  done: z.number(),
  of: z.number().optional(),
})

// That each line marked as an error is one is checked with all other types, by `npm run check`.

test('A schema with the fields of its type is taken, and is the schema', () => {
  const told = schemaOf<Told>()(z.discriminatedUnion('kind', [said, counted]))
  expect(told.parse({ node: 'a', at: {}, kind: 'counted', done: 1 })).toEqual({
    node: 'a',
    at: {},
    kind: 'counted',
    done: 1,
  })
  schemaOf<{ values: Json[]; more: { value: Json }[] }>()(
    z.object({ values: z.array(jsonSchema), more: z.array(z.object({ value: jsonSchema })) }),
  )
})

test('A field that only one of schema and type has does not compile, nor one that only one of them may leave out', () => {
  // @ts-expect-error `at` is forgotten
  schemaOf<Place>()(z.object({ node: z.string() }))
  // @ts-expect-error `title` is too much
  schemaOf<Place>()(z.object({ ...place, title: z.string() }))
  // @ts-expect-error `title` is too much, absent or not
  schemaOf<Place>()(z.object({ ...place, title: z.string().optional() }))
  // @ts-expect-error `at` may be absent
  schemaOf<Place>()(z.object({ ...place, at: place.at.optional() }))
  // @ts-expect-error `hint` is forgotten, two levels down
  schemaOf<{ errors: { hint?: string }[] }>()(z.object({ errors: z.array(z.object({})) }))
  // @ts-expect-error `node` is another type
  schemaOf<Place>()(z.object({ ...place, node: z.number() }))
})

test('A member of a union that only one of schema and type has does not compile', () => {
  // @ts-expect-error `counted` is forgotten
  schemaOf<Told>()(said)
  const lost = z.object({ ...place, kind: z.literal('lost') })
  // @ts-expect-error `lost` is too much
  schemaOf<Told>()(z.discriminatedUnion('kind', [said, counted, lost]))
  // @ts-expect-error 'c' is forgotten
  schemaOf<'a' | 'b' | 'c'>()(z.enum(['a', 'b']))
  // @ts-expect-error any text is too much
  schemaOf<'a' | 'b'>()(z.string())
})
