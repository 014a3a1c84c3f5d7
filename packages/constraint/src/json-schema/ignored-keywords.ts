import { formatNames } from './formats.ts'
import { escapePointer, isObject, type Json, type SchemaObject } from './schema-location.ts'
import { eachSubschema } from './subschemas.ts'

/** What a schema says that changes nothing about which values are valid, though it might be meant to. */
export interface SchemaNote {
  readonly keyword: string
  /** JSON pointer to it. */
  readonly path: string
  /** What is said there, as a clause. */
  readonly problem: string
  readonly message: string
}

/** Keywords that are enforced, lead to others, or are known to say nothing about values. */
const known = new Set(
  (
    '$ref $dynamicRef $recursiveRef $schema $id id $anchor $dynamicAnchor $recursiveAnchor $comment $defs definitions $vocabulary ' +
    'allOf anyOf oneOf not if then else type enum const ' +
    'properties required additionalProperties patternProperties propertyNames minProperties maxProperties ' +
    'dependencies dependentRequired dependentSchemas unevaluatedProperties ' +
    'items prefixItems additionalItems unevaluatedItems minItems maxItems uniqueItems contains minContains maxContains ' +
    'minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf ' +
    'title description default examples example deprecated readOnly writeOnly contentMediaType contentEncoding contentSchema'
  ).split(' '),
)
/** What a note says of a keyword that someone may have meant. */
const meant: Readonly<Record<string, string>> = {
  nullable: 'OpenAPI’s; write a type of "null" beside the other',
  discriminator: 'OpenAPI’s; give the options a property with different "const" values',
  divisibleBy: 'draft 3’s; write "multipleOf"',
  extends: 'draft 3’s; write "allOf"',
  disallow: 'draft 3’s; write "not"',
}

/** Keywords that assert nothing, and formats that are not known: they are ignored. */
export function listIgnored(schema: Json): SchemaNote[] {
  const notes: SchemaNote[] = []
  const found = [{ schema, path: '#' }]
  const seen = new Set<Json>()
  // Appended to while it is gone through: what is outside comes first.
  for (const { schema: inner, path } of found) {
    if (!isObject(inner) || seen.has(inner as Json)) continue
    seen.add(inner as Json)
    notes.push(...notesOn(inner, path))
    eachSubschema(inner, path, (below, at) => found.push({ schema: below, path: at }))
  }
  return notes
}

function notesOn(schema: SchemaObject, path: string): SchemaNote[] {
  return Object.keys(schema).flatMap((keyword): SchemaNote[] => {
    const value = schema[keyword]
    const note = (problem: string, hint = ''): SchemaNote[] => [
      {
        keyword,
        path: `${path}/${escapePointer(keyword)}`,
        problem,
        message: `${problem} and is ignored${hint}`,
      },
    ]
    if (keyword === 'format' && typeof value === 'string' && !formatNames.includes(value))
      return note(`The format “${value}” at ${path} is not known`)
    if (known.has(keyword) || keyword.startsWith('x-')) return []
    const hint = Object.hasOwn(meant, keyword) ? ` (${meant[keyword] as string})` : ''
    return note(`“${keyword}” at ${path} asserts nothing`, hint)
  })
}
