import { keysOf, remembersOrder } from '@woolgather/workflow/ordered-json'
import { isObject, type Json, type SchemaObject } from './schema-location.ts'
import { schemaLists, schemaMaps, singleSchemas } from './subschemas.ts'

/** Keywords that lead to other schemas by their address. */
export const referenceKeywords = ['$ref', '$dynamicRef', '$recursiveRef'] as const

/** Keywords that say something of values; everything else in a schema changes nothing. */
const asserting = new Set([
  ...referenceKeywords,
  ...'allOf anyOf oneOf not if then else type enum const'.split(' '),
  ...'properties required additionalProperties patternProperties propertyNames minProperties maxProperties'.split(
    ' ',
  ),
  ...'dependencies dependentRequired dependentSchemas unevaluatedProperties'.split(' '),
  ...'items prefixItems additionalItems unevaluatedItems minItems maxItems uniqueItems'.split(' '),
  ...'contains minContains maxContains minLength maxLength pattern format'.split(' '),
  ...'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'.split(' '),
])

/** Numbers for what schemas say: equal for those that say the same, whatever they are called and described as. */
export class SchemaContents {
  readonly #numbers = new WeakMap<object, number>()
  readonly #bySignature = new Map<string, number>()

  /**
   * @param schema whose subschemas have numbers
   * @param references what tells apart where references lead from there
   */
  add(schema: SchemaObject, references: string): void {
    const keywords = saying(schema)
    const leads = keywords.some((name) => referenceKeywords.includes(name as '$ref')) ? references : ''
    const signature = [leads, ...keywords.map((name) => this.#write(name, schema[name]!))].join('\n')
    const number = this.#bySignature.get(signature) ?? this.#bySignature.size
    this.#bySignature.set(signature, number)
    this.#numbers.set(schema, number)
  }

  numberOf(schema: SchemaObject): number {
    return this.#numbers.get(schema)!
  }

  #write(name: string, value: Json): string {
    const inner = (value: Json): string =>
      isObject(value) && this.#numbers.has(value) ? `#${this.#numbers.get(value)}` : JSON.stringify(value)
    const isList = Array.isArray(value) && schemaLists.includes(name)
    if (isList) return `${name}[${(value as readonly Json[]).map(inner).join()}`
    if (singleSchemas.includes(name)) return `${name}:${inner(value)}`
    if (!schemaMaps.includes(name) || !isObject(value)) return `${name}=${JSON.stringify(value)}`
    const pairs = keysOf(value).map((key) => `${JSON.stringify(key)}:${inner(value[key] as Json)}`)
    return `${name}${remembersOrder(value) ? '!' : ''}{${pairs.join()}`
  }
}

/** Keywords of a schema that say something, sorted. */
export function saying(schema: SchemaObject): string[] {
  return Object.keys(schema)
    .filter((name) => asserting.has(name))
    .sort()
}
