import { z } from 'zod'
import { jsonSchema, type Json } from '../json/json.ts'
import { schemaOf } from '../json/same-type.ts'

/** What a port of type `table` carries: named columns, and rows as long as they are many. */
export interface Table {
  columns: string[]
  rows: Json[][]
}

export const tableSchema: z.ZodType<Table> = schemaOf<Table>()(
  z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(jsonSchema)) }),
)
