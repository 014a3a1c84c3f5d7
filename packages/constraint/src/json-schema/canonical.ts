import { isObject, type Json } from './schema-location.ts'

/** Equal for equal values, whatever the order of their keys. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}
