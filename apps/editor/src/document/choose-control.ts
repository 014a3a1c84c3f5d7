import {
  choicesOf,
  type CodeLanguage,
  type InputDescription,
  type Json,
  type NodeDescription,
} from '@woolgather/workflow'

/** What the code editor colours. Templates and lists of values are no code: they stay fields for words. */
export type SourceLanguage = Exclude<CodeLanguage, 'template' | 'values'>

/** How a literal of an input is edited, read from its description alone. */
export type Control =
  | { kind: 'none' }
  | { kind: 'text'; placeholder?: string }
  /** `lines`: of a list, an item on each. */
  | { kind: 'textarea'; lines?: boolean }
  /** Words with `{{gaps}}`, which are marked. */
  | { kind: 'template'; lines?: boolean }
  /** `language`: what it is coloured as; absent: nothing. */
  | { kind: 'code'; language?: SourceLanguage }
  | { kind: 'number'; integer: boolean; minimum?: number; maximum?: number; step: number }
  | { kind: 'slider'; integer: boolean; minimum: number; maximum: number; step: number }
  | { kind: 'seed'; maximum: number }
  | { kind: 'boolean' }
  /** `spellings`: other ways to write some of them, as a document may have them. `help`: more on what is chosen. */
  | {
      kind: 'select'
      options: readonly (string | number)[]
      spellings: Readonly<Record<string, string>>
      help?: Readonly<Record<string, string>>
    }
  /** `of`: which files are offered; absent: models. */
  | { kind: 'model'; of?: 'lora' | 'vector' }
  | { kind: 'list' }
  /** `loose`: what is not JSON is meant as text. `code`: long enough to be coloured. */
  | { kind: 'json'; loose: boolean; code?: boolean; ordered?: boolean }
  /** The other end of a loop: one of the nodes that begin one. */
  | { kind: 'zone-start' }

const tall: Readonly<Record<Control['kind'], boolean>> = {
  none: false,
  text: false,
  textarea: true,
  template: true,
  code: true,
  number: false,
  slider: false,
  seed: false,
  boolean: false,
  select: false,
  model: true,
  list: true,
  json: true,
  'zone-start': false,
}

/** Whether a control needs the width of the node and lines of its own, its label above. */
export const isTall = (kind: Control['kind']): boolean => tall[kind]

/** Wider ranges are for typing: a slider could not hit a value in them. */
const widestSlider = 1000

type Schema = { readonly [key: string]: Json }

/** Chooses the control for an input: its widget if it names one, else by its schema, else by its type. */
export function chooseControl(input: InputDescription, node: NodeDescription | undefined): Control {
  if (node?.dynamicInputs?.kind === 'zone-slots' && node.dynamicInputs.from === input.name)
    return { kind: 'zone-start' }
  if (input.widget === 'none' || input.schema === undefined || input.multiple) return { kind: 'none' }
  const schema = unwrap(input.schema)
  const choices = choicesOf(schema)
  if (choices) {
    const { values, ...more } = choices
    return { kind: 'select', options: values, ...more }
  }
  const control = chooseByWidget(input, schema) ?? chooseBySchema(input, schema)
  const code = input.language === 'json' || input.language === 'json-schema'
  if (control.kind === 'json' && code) return { ...control, code, ordered: input.language === 'json-schema' }
  const words = control.kind === 'textarea' || control.kind === 'template'
  return words && input.type === 'list' ? { ...control, lines: true } : control
}

/** A widget for text does not fit a value that is an object or a list: that is written as JSON. */
function chooseByWidget(input: InputDescription, schema: Schema): Control | undefined {
  const written = schema['type'] === 'object' || schema['type'] === 'array'
  switch (input.widget) {
    case 'model':
      return { kind: 'model' }
    case 'lora':
    case 'vector':
      return { kind: 'model', of: input.widget }
    case 'seed':
      return { kind: 'seed', maximum: bound(schema['maximum']) ?? 4_294_967_295 }
    case 'textarea':
      return written ? undefined : { kind: 'textarea' }
    case 'code':
      return written || input.language === 'json-schema' ? undefined : chooseByLanguage(input.language)
    case 'text':
    case 'file':
      return written ? undefined : { kind: 'text' }
    // A slider follows from the range.
    case 'slider':
    case 'none':
    case undefined:
      return undefined
    default:
      return void (input.widget satisfies never)
  }
}

function chooseByLanguage(language: CodeLanguage | undefined): Control {
  if (language === 'template') return { kind: 'template' }
  if (language === 'values') return { kind: 'textarea' }
  return language === undefined ? { kind: 'code' } : { kind: 'code', language }
}

function chooseBySchema(input: InputDescription, schema: Schema): Control {
  switch (schema['type']) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'integer':
    case 'number':
      return chooseNumber(schema, schema['type'] === 'integer')
    case 'string':
      return { kind: 'text' }
    case 'array': {
      const items = unwrap(schema['items'] ?? {})
      const texts = items['type'] === 'string' && !choicesOf(items)
      return texts ? { kind: 'list' } : { kind: 'json', loose: false }
    }
    default:
      return { kind: 'json', loose: input.type === 'any' }
  }
}

function chooseNumber(schema: Schema, integer: boolean): Control {
  const minimum = bound(schema['minimum'] ?? schema['exclusiveMinimum'])
  const maximum = bound(schema['maximum'] ?? schema['exclusiveMaximum'])
  const step = typeof schema['multipleOf'] === 'number' ? schema['multipleOf'] : undefined
  if (minimum !== undefined && maximum !== undefined && maximum - minimum <= widestSlider)
    return { kind: 'slider', integer, minimum, maximum, step: step ?? stepFor(maximum - minimum, integer) }
  return {
    kind: 'number',
    integer,
    step: step ?? (integer ? 1 : 0.1),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  }
}

/** Around two hundred positions, at a round number. */
function stepFor(range: number, integer: boolean): number {
  if (integer) return 1
  return range <= 2 ? 0.01 : range <= 20 ? 0.05 : range <= 200 ? 0.5 : 1
}

/** JSON Schema writes "any whole number" as bounds at the largest safe integer. */
function bound(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined
}

/** The one thing a schema asks for, "or nothing" set aside. */
function unwrap(schema: Json): Schema {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return {}
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (!Array.isArray(choices)) return schema
  const rest = choices.filter((choice) => !(isObject(choice) && choice['type'] === 'null'))
  return rest.length === 1 ? unwrap(rest[0] as Json) : schema
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
