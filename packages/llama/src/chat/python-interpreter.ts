import { Environment, Interpreter, type Template } from '@huggingface/jinja'

/** A value of a template, as the library keeps it. */
export interface Value {
  type: string
  value?: unknown
  builtins: Map<string, Value>
  toString(): string
}

/** A node of a parsed template; which fields it has depends on its type. */
interface Statement {
  type: string
  value?: unknown
  body?: readonly unknown[]
  computed?: boolean
  object?: Statement
  property?: Statement
  callee?: Statement
  operator?: { value: string }
  left?: Statement
  right?: Statement
}

/** The library's interpreter as its methods call each other; its types call some of them private. */
const Steps = Interpreter as unknown as new (environment: Environment) => {
  run(program: Template['parsed']): { value: string }
  evaluate(statement: unknown, environment: Environment): Value
  evaluateBlock(statements: unknown, environment: Environment): Value
  evaluateFor(loop: unknown, environment: Environment): Value
  evaluateMemberExpression(expression: unknown, environment: Environment): Value
  evaluateBinaryExpression(expression: unknown, environment: Environment): Value
  applyFilter(operand: Value, filter: unknown, environment: Environment): Value
}

/** A loop that is gone through. */
interface Loop {
  body: unknown
  /** What the library ends it by, once it is to end. */
  broken?: unknown
}

/** An iteration that is left early. */
interface Exit {
  isBreak: boolean
  /** What it has written until then. */
  text: string
}

/**
 * The library's interpreter, and what templates of models use of Python that it has not: numbers as keys (Seed-OSS),
 * `str.format` (Hunyuan), `str.strip` of given characters, filters over none (functionary); what an iteration of a loop has
 * written stays where it ends with `break` or `continue`, and what it has set goes with it. As in Jinja 3.1 for Python.
 */
export class PythonInterpreter extends Steps {
  /** The innermost is the last. */
  readonly #loops: Loop[] = []
  /** By what the library throws for them. */
  readonly #exits = new WeakMap<object, Exit>()

  override evaluateFor(loop: unknown, environment: Environment): Value {
    this.#loops.push({ body: (loop as Statement).body })
    try {
      return super.evaluateFor(loop, environment)
    } finally {
      this.#loops.pop()
    }
  }

  override evaluateBlock(statements: unknown, environment: Environment): Value {
    const loop = this.#loops.at(-1)
    if (loop === undefined || loop.body !== statements) return this.#write(statements, environment)
    if (loop.broken !== undefined) throw loop.broken
    try {
      return this.#write(statements, new Environment(environment))
    } catch (thrown) {
      const exit = this.#exits.get(Object(thrown) as object)
      if (exit === undefined) throw thrown
      if (exit.isBreak) loop.broken = thrown
      return this.#text(exit.text, environment)
    }
  }

  /** As the library does it, but that what was written is not lost where it is left early. */
  #write(statements: unknown, environment: Environment): Value {
    let text = ''
    try {
      for (const statement of statements as readonly unknown[]) {
        const value = this.evaluate(statement, environment)
        if (value.type !== 'NullValue' && value.type !== 'UndefinedValue') text += value.toString()
      }
    } catch (thrown) {
      const exit = this.#exits.get(Object(thrown) as object)
      if (exit !== undefined) exit.text = text + exit.text
      throw thrown
    }
    return this.#text(text, environment)
  }

  #text(text: string, environment: Environment): Value {
    const value = super.evaluateBlock([], environment)
    value.value = text
    return value
  }

  #exit(statement: unknown, environment: Environment): Value {
    try {
      return super.evaluate(statement, environment)
    } catch (thrown) {
      this.#exits.set(thrown as object, { isBreak: (statement as Statement).type === 'Break', text: '' })
      throw thrown
    }
  }

  override evaluate(statement: unknown, environment: Environment): Value {
    const { type } = Object(statement) as Partial<Statement>
    if (type === 'Break' || type === 'Continue') return this.#exit(statement, environment)
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

  /** `'%s of %d' % (a, b)` would be no number. */
  override evaluateBinaryExpression(expression: unknown, environment: Environment): Value {
    const { operator, left, right } = expression as Statement
    const text = operator?.value === '%' ? this.evaluate(left, environment).value : undefined
    if (typeof text !== 'string') return super.evaluateBinaryExpression(expression, environment)
    const given = this.evaluate(right, environment)
    return asValue(fillText(text, given.type === 'TupleValue' ? (given.value as Value[]) : [given]))
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

/** `%` of texts, with `%s` and `%d`; other formats are refused. */
function fillText(text: string, given: readonly Value[]): string {
  let next = 0
  return text.replace(/%(.?)/g, (found, kind: string) => {
    if (kind === '%') return '%'
    const value = given[next++]?.value
    if (!['s', 'd'].includes(kind) || value === undefined) throw new Error(`'…' % … has nothing for ${found}`)
    return kind === 'd' ? String(Math.trunc(Number(value))) : String(value)
  })
}
