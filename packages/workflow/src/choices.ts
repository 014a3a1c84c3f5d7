import type { Json } from './json.ts'

/**
 * Of a schema: what there is to choose from. `spellings`: other ways to write some of it, with the signs that keyboards
 * have, and what each means.
 */
export interface Choices {
  values: (string | number)[]
  spellings: Record<string, string>
}

/** The choices a JSON Schema gives; undefined where it asks for something else. */
export function choicesOf(schema: Json | undefined): Choices | undefined {
  if (!isObject(schema)) return undefined
  const { enum: list, anyOf, oneOf, spellings = {} } = schema
  const kinds = anyOf ?? oneOf
  const constants = Array.isArray(kinds)
    ? kinds.map((kind) => (isObject(kind) ? kind['const'] : undefined))
    : []
  const values = Array.isArray(list) ? list : constants
  if (values.length === 0 || !values.every(isChoice)) return undefined
  const others = spellings as Record<string, string>
  return { values: values.filter((value) => !Object.hasOwn(others, value)), spellings: others }
}

/** The same, also where only a part of the value is chosen: the items of a list, the fields of an object. */
function choicesIn(schema: Json | undefined): Choices | undefined {
  if (Array.isArray(schema)) return schema.map(choicesIn).find((choices) => choices !== undefined)
  if (!isObject(schema)) return undefined
  const { items, anyOf, oneOf, additionalProperties, properties } = schema
  const fields = isObject(properties) ? Object.values(properties) : undefined
  return choicesOf(schema) ?? choicesIn([items, anyOf, oneOf, additionalProperties, fields].filter(isPresent))
}

/** `One of `=`, `≠` (or `!=`), `<`.`; undefined where there is nothing to choose. */
export function tellChoices(schema: Json | undefined): string | undefined {
  const choices = choicesIn(schema)
  if (choices === undefined) return undefined
  const told = choices.values.map((value) => {
    const others = Object.entries(choices.spellings).filter(([, meant]) => meant === value)
    const also =
      others.length === 0 ? '' : ` (or ${others.map(([spelling]) => `\`${spelling}\``).join(', ')})`
    return `\`${value}\`${also}`
  })
  return `One of ${told.join(', ')}.`
}

function isChoice(value: Json | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function isPresent(value: Json | undefined): value is Json {
  return value !== undefined
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
