import { Environment, Interpreter, type Template } from '@huggingface/jinja'

/** A value of a template, as the library keeps it. */
export interface Value {
  type: string
  value?: unknown
  builtins: Map<string, Value>
}

/** A node of a parsed template; which fields it has depends on its type. */
interface Statement {
  type: string
  value?: unknown
  computed?: boolean
  object?: Statement
  property?: Statement
  callee?: Statement
}

/** The library's interpreter as its methods call each other; its types call some of them private. */
const Steps = Interpreter as unknown as new (environment: Environment) => {
  run(program: Template['parsed']): { value: string }
  evaluate(statement: unknown, environment: Environment): Value
  evaluateBlock(statements: unknown, environment: Environment): Value
  evaluateMemberExpression(expression: unknown, environment: Environment): Value
  applyFilter(operand: Value, filter: unknown, environment: Environment): Value
}

/**
 * The library's interpreter, and what templates of models use of Python that it has not: numbers as keys (Seed-OSS),
 * `str.format` (Hunyuan), `str.strip` of given characters, filters over none (functionary). As in Jinja 3.1 for Python.
 */
export class PythonInterpreter extends Steps {
  override evaluate(statement: unknown, environment: Environment): Value {
    return hasNumbersAsKeys(statement)
      ? this.#withNumbersAsKeys(statement, environment)
      : super.evaluate(statement, environment)
  }

  override evaluateMemberExpression(expression: unknown, environment: Environment): Value {
    const { computed = false, object, property } = expression as Statement
    if (!computed && property !== undefined && isMethod(property.value)) {
      const text = this.evaluate(object, environment)
      const method = textMethods[property.value]
      if (typeof text.value === 'string')
        return asValue((...given: unknown[]) => method(text.value as string, given))
    }
    if (computed && property?.type === 'IntegerLiteral') {
      const of = this.evaluate(object, environment)
      if (of.value instanceof Map)
        return (of.value as Map<string, Value>).get(String(property.value)) ?? nothing
    }
    return super.evaluateMemberExpression(expression, environment)
  }

  override applyFilter(operand: Value, filter: unknown, environment: Environment): Value {
    const { callee = filter } = filter as Statement
    const ofNone = operand.type === 'NullValue' || operand.type === 'UndefinedValue'
    if (ofNone && filtersOfNone.has(String((callee as Statement).value))) return asValue([])
    return super.applyFilter(operand, filter, environment)
  }

  #withNumbersAsKeys(literal: ObjectLiteral, environment: Environment): Value {
    const entries = [...literal.value].map(
      ([key, value]) => [this.evaluate(key, environment), this.evaluate(value, environment)] as const,
    )
    const object = asValue({})
    object.value = new Map(entries.map(([key, value]) => [String(key.value), value]))
    const list = (order: (a: Entry, b: Entry) => number, of: (entry: Entry) => Value): Value => {
      const values = asValue([])
      values.value = [...entries].sort(order).map(of)
      return values
    }
    const asWritten = (): number => 0
    const byKey = ([a]: Entry, [b]: Entry): number => (Number(a.value) < Number(b.value) ? -1 : 1)
    for (const [name, order, of] of [
      ['items', asWritten, pair],
      ['keys', asWritten, ([key]: Entry) => key],
      ['dictsort', byKey, pair],
    ] as const) {
      const method = asValue(() => null)
      method.value = () => list(order, of)
      object.builtins.set(name, method)
    }
    return object
  }
}

type Entry = readonly [key: Value, value: Value]

interface ObjectLiteral {
  value: Map<Statement, Statement>
}

function hasNumbersAsKeys(statement: unknown): statement is ObjectLiteral {
  const { type, value } = Object(statement) as Partial<Statement>
  if (type !== 'ObjectLiteral') return false
  return [...(value as ObjectLiteral['value']).keys()].some((key) => key.type === 'IntegerLiteral')
}

function pair([key, value]: Entry): Value {
  const both = asValue([])
  both.value = [key, value]
  return both
}

/** The library does not hand out its classes, but makes values of what a variable is set to. */
function asValue(plain: unknown): Value {
  return new Environment().set('value', plain) as Value
}

const nothing = asValue(undefined)

/** They begin with `if seq:` in Python. */
const filtersOfNone: ReadonlySet<string> = new Set(['select', 'reject', 'selectattr', 'rejectattr', 'map'])

type TextMethod = (text: string, given: readonly unknown[]) => string

const textMethods = {
  format: formatText,
  strip: (text, [characters]) => stripEnd(stripStart(text, characters), characters),
  lstrip: (text, [characters]) => stripStart(text, characters),
  rstrip: (text, [characters]) => stripEnd(text, characters),
} satisfies Record<string, TextMethod>

function isMethod(name: unknown): name is keyof typeof textMethods {
  return typeof name === 'string' && Object.hasOwn(textMethods, name)
}

function stripStart(text: string, characters: unknown): string {
  if (typeof characters !== 'string') return text.trimStart()
  const all = [...text]
  const first = all.findIndex((character) => !characters.includes(character))
  return first < 0 ? '' : all.slice(first).join('')
}

function stripEnd(text: string, characters: unknown): string {
  if (typeof characters !== 'string') return text.trimEnd()
  const all = [...text]
  return all.slice(0, all.findLastIndex((character) => !characters.includes(character)) + 1).join('')
}

/** `str.format` with fields that are empty, numbers or names; formats behind a colon are refused. */
function formatText(text: string, given: readonly unknown[]): string {
  const named = given.find((one) => one instanceof Map) as ReadonlyMap<string, Value> | undefined
  let next = 0
  return text.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (found, field: string | undefined) => {
    if (field === undefined) return found.charAt(0)
    const key = field === '' ? String(next++) : field
    const value = /^\d+$/.test(key) ? given[Number(key)] : named?.get(key)?.value
    if (value === undefined) throw new Error(`'…'.format() has nothing for {${field}}`)
    return String(value)
  })
}
