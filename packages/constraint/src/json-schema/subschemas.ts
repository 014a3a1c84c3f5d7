import { isObject, pathWithin, type Json, type SchemaObject } from './schema-location.ts'

/** Keywords whose value is a schema, a list of them, or an object of them. */
export const singleSchemas: readonly string[] =
  'not if then else additionalProperties unevaluatedProperties propertyNames contains items additionalItems unevaluatedItems contentSchema'.split(
    ' ',
  )
export const schemaLists: readonly string[] = 'allOf anyOf oneOf prefixItems items'.split(' ')
export const schemaMaps: readonly string[] =
  'properties patternProperties dependentSchemas dependencies $defs definitions'.split(' ')

/** Their places among one another: schemas are visited in one order, however they are written. */
const places = new Map([...singleSchemas, ...schemaLists, ...schemaMaps].map((name, place) => [name, place]))
const isSingle = new Set(singleSchemas)
const isList = new Set(schemaLists)
const isMap = new Set(schemaMaps)

/** Calls back for each schema directly inside another, with its path. */
export function eachSubschema(
  schema: SchemaObject,
  path: string,
  visit: (inner: Json, path: string) => void,
): void {
  const at = (value: Json | undefined, keyword: string, key?: string | number): void => {
    if (isObject(value)) visit(value as Json, pathWithin(path, keyword, key))
  }
  for (const name of namesOfHolders(schema)) {
    const value = schema[name]
    if (Array.isArray(value)) {
      if (isList.has(name)) value.forEach((inner: Json, index) => at(inner, name, index))
    } else if (isSingle.has(name)) {
      at(value, name)
    } else if (isMap.has(name) && isObject(value)) {
      for (const key of Object.keys(value)) at(value[key], name, key)
    }
  }
}

/** Keywords of a schema that hold others: few have more than one. */
function namesOfHolders(schema: SchemaObject): string[] {
  const names: string[] = []
  for (const name of Object.keys(schema)) if (places.has(name)) names.push(name)
  return names.length < 2 ? names : names.sort((a, b) => places.get(a)! - places.get(b)!)
}
