import type { Json } from '../json/json.ts'

/**
 * Of a schema: what there is to choose from. `spellings`: other ways to write some of it, with the signs that keyboards
 * have, and what each means. `help`: more on some of it, a line that says what it is and lines with details.
 */
export interface Choices {
  values: (string | number)[]
  spellings: Record<string, string>
  help?: Record<string, string>
}

/** The choices a JSON Schema gives; undefined where it asks for something else. */
export function choicesOf(schema: Json | undefined): Choices | undefined {
  if (!isObject(schema)) return undefined
  const { enum: list, anyOf, oneOf, spellings = {}, help } = schema
  const kinds = anyOf ?? oneOf
  const constants = Array.isArray(kinds)
    ? kinds.map((kind) => (isObject(kind) ? kind['const'] : undefined))
    : []
  const values = Array.isArray(list) ? list : constants
  if (values.length === 0 || !values.every(isChoice)) return undefined
  const others = spellings as Record<string, string>
  return {
    values: values.filter((value) => !Object.hasOwn(others, value)),
    spellings: others,
    ...(help !== undefined && { help: help as Record<string, string> }),
  }
}

/** The same, also where each item of a list or each field of a record is chosen, or a choice is one way among others. */
function choicesIn(schema: Json | undefined): Choices | undefined {
  if (!isObject(schema)) return undefined
  const { items, anyOf, additionalProperties } = schema
  const parts = [schema, items, additionalProperties, ...(Array.isArray(anyOf) ? anyOf : [])]
  return parts.map(choicesOf).find((choices) => choices !== undefined)
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

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
