import { z } from 'zod'

/** As many problems of one document as are told; a reader knows by then, and stops looking. */
export const mostIssues = 100

/** Looked at between two glances at how much is wrong already. */
const chunk = 100

/**
 * As `z.record`, but once `mostIssues` of its entries are wrong no further ones are looked at: an issue with
 * `params.unseen` says how many. What is wrong with a document then costs no more than what is right with it.
 */
export function recordOf<Value>(
  key: z.ZodType<string>,
  value: z.ZodType<Value>,
): z.ZodType<Record<string, Value>> {
  return new BoundedRecord({ type: 'record', keyType: key, valueType: value }) as unknown as z.ZodType<
    Record<string, Value>
  >
}

/** As `z.array`, bounded in the same way. */
export function listOf<Item>(item: z.ZodType<Item>): z.ZodArray<z.ZodType<Item>> {
  return new BoundedList({ type: 'array', element: item }) as z.ZodArray<z.ZodType<Item>>
}

/** How many entries were left out of a parse; 0 for an issue that says anything else. */
export function unseenBy(issue: z.core.$ZodIssue): number {
  const unseen: unknown = issue.code === 'custom' ? issue.params?.['unseen'] : undefined
  return typeof unseen === 'number' ? unseen : 0
}

const BoundedRecord: z.core.$constructor<z.ZodRecord> = z.core.$constructor(
  'BoundedRecord',
  (schema, def) => {
    z.ZodRecord.init(schema, def)
    const parse = schema._zod.parse.bind(schema._zod)
    schema._zod.parse = (payload, context) => {
      if (!isPlainObject(payload.value)) return parse(payload, context)
      const entries = Object.entries(payload.value)
      if (entries.length <= chunk) return parse(payload, context)
      const read: Record<string, unknown> = {}
      parseInChunks(entries.length, payload, schema, (from) => {
        const part = { value: Object.fromEntries(entries.slice(from, from + chunk)), issues: [] }
        const { value, issues } = parse(part, context) as z.core.ParsePayload<Record<string, unknown>>
        Object.assign(read, value)
        return issues
      })
      payload.value = read
      return payload as z.core.ParsePayload<Record<string, unknown>>
    }
  },
)

const BoundedList: z.core.$constructor<z.ZodArray> = z.core.$constructor('BoundedList', (schema, def) => {
  z.ZodArray.init(schema, def)
  const parse = schema._zod.parse.bind(schema._zod)
  schema._zod.parse = (payload, context) => {
    const items: unknown = payload.value
    if (!Array.isArray(items) || items.length <= chunk) return parse(payload, context)
    const read: unknown[] = []
    parseInChunks(items.length, payload, schema, (from) => {
      const { value, issues } = parse(
        { value: items.slice(from, from + chunk), issues: [] },
        context,
      ) as z.core.ParsePayload<unknown[]>
      for (const item of value) read.push(item)
      for (const { path } of issues) if (path !== undefined) path[0] = from + Number(path[0])
      return issues
    })
    payload.value = read
    return payload as z.core.ParsePayload<unknown[]>
  }
})

function parseInChunks(
  length: number,
  payload: z.core.ParsePayload,
  inst: z.core.$ZodType,
  parseFrom: (from: number) => z.core.$ZodRawIssue[],
): void {
  let found = 0
  for (let from = 0; from < length; from += chunk) {
    const issues = parseFrom(from)
    payload.issues.push(...issues)
    found += issues.length
    const unseen = length - from - chunk
    if (found < mostIssues || unseen <= 0) continue
    payload.issues.push({ code: 'custom', input: undefined, inst, path: [], params: { unseen } })
    return
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
