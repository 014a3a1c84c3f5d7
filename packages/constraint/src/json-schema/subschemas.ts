import { escapePointer, isObject, type Json, type SchemaObject } from './schema-location.ts'

/** Keywords whose value is a schema, a list of them, or an object of them. */
export const singleSchemas: readonly string[] =
  'not if then else additionalProperties unevaluatedProperties propertyNames contains items additionalItems unevaluatedItems contentSchema'.split(
    ' ',
  )
export const schemaLists: readonly string[] = 'allOf anyOf oneOf prefixItems items'.split(' ')
export const schemaMaps: readonly string[] =
  'properties patternProperties dependentSchemas dependencies $defs definitions'.split(' ')

/** Calls back for each schema directly inside another, with its path. */
export function eachSubschema(
  schema: SchemaObject,
  path: string,
  visit: (inner: Json, path: string) => void,
): void {
  const at = (value: Json | undefined, ...keys: (string | number)[]): void => {
    if (isObject(value))
      visit(value as Json, [path, ...keys.map((key) => escapePointer(String(key)))].join('/'))
  }
  for (const name of singleSchemas) if (Object.hasOwn(schema, name)) at(schema[name], name)
  for (const name of schemaLists) {
    const list = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (Array.isArray(list)) list.forEach((inner: Json, index) => at(inner, name, index))
  }
  for (const name of schemaMaps) {
    const map = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (isObject(map)) for (const [key, inner] of Object.entries(map)) at(inner, name, key)
  }
}
