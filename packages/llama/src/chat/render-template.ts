import { Environment, Template } from '@huggingface/jinja'
import type { ChatMessage, TemplateArguments } from '../contract/interface.ts'
import { PythonInterpreter, type Value } from './python-interpreter.ts'

/** A conversation to be rendered, with what templates ask for besides. */
export interface Rendering {
  messages: readonly ChatMessage[]
  addGenerationPrompt: boolean
  /** Text of the model's BOS and EOS tokens; empty where it has none. */
  bosToken: string
  eosToken: string
  /** What this template asks for besides, by name: `enable_thinking`, `reasoning_effort`, `tools`. */
  arguments?: TemplateArguments | undefined
}

/** `invalid`: it is no template; `refused`: the template itself says no; `excessive`: it would take too much. */
export type Rendered =
  { text: string } | { text?: undefined; problem: 'invalid' | 'refused' | 'excessive'; message: string }

/** Real templates take some dozens of steps a message; of these, loops take some ten seconds. */
const mostSteps = 1_000_000
/** Characters of a template: real ones have some thousands. */
const longestTemplate = 1 << 20
/** Numbers in one `range`. */
const longestRange = 100_000
/** Characters of a text, and items of a list, on the way: this many more than all contents have, times four. */
const spareSize = 1 << 20
/** How often texts of that size may be made, where an item of a list takes as much memory as this many characters. */
const mostTimes = 128
const charactersPerItem = 32

/** What a template took too much of. */
class Excess extends Error {}

/** A chat template ready to be rendered, or what is wrong with it. */
export type CompiledTemplate = Template | { message: string }

export function compileTemplate(jinja: string): CompiledTemplate {
  if (jinja.length > longestTemplate) return { message: `it has ${count(jinja.length)} characters` }
  try {
    return new Template(jinja)
  } catch (error) {
    // The library runs past the last token.
    if (error instanceof TypeError) return { message: 'it ends before what it opened is closed' }
    const message = messageOf(error)
    return { message: `line ${lineOf(jinja, message)}: ${message}` }
  }
}

/**
 * The line at which a template goes wrong, counted from 1, which the library does not tell: the first up to which it goes
 * wrong in the same way.
 */
function lineOf(jinja: string, message: string): number {
  const lines = jinja.split('\n')
  const isWrong = (count: number): boolean => problemOf(lines.slice(0, count).join('\n')) === message
  let [sound, wrong] = [0, lines.length]
  while (wrong - sound > 1) {
    const middle = (sound + wrong) >> 1
    if (isWrong(middle)) wrong = middle
    else sound = middle
  }
  return wrong
}

function problemOf(jinja: string): string | undefined {
  try {
    return void new Template(jinja)
  } catch (error) {
    return error instanceof TypeError ? undefined : messageOf(error)
  }
}

/** Renders as transformers' `apply_chat_template` does: `tools` and `documents` are none unless given. Never throws. */
export function renderTemplate(
  template: CompiledTemplate,
  rendering: Rendering,
  steps: number = mostSteps,
): Rendered {
  if (!(template instanceof Template)) return { problem: 'invalid', message: template.message }
  const said = lengthOf(rendering)
  const interpreter = new LimitedInterpreter(variables(rendering), steps, spareSize + 4 * said)
  try {
    return { text: interpreter.run(template.parsed).value }
  } catch (error) {
    const problem = error instanceof Excess ? 'excessive' : 'refused'
    return { problem, message: messageOf(error) }
  }
}

/** What a template can name: what the library's own `Template.render` gives it, and `range` within its limit. */
function variables(rendering: Rendering): Environment {
  const environment = new Environment()
  for (const [name, value] of Object.entries({
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    raise_exception: (message: string) => {
      throw new Error(message)
    },
    range,
    strftime_now: (format: string) => now.render({ format }),
    tools: null,
    documents: null,
    ...rendering.arguments,
    messages: rendering.messages.map(({ role, content }) => ({ role, content })),
    add_generation_prompt: rendering.addGenerationPrompt,
    bos_token: rendering.bosToken,
    eos_token: rendering.eosToken,
  })) {
    environment.set(name, value)
  }
  return environment
}

/** The library keeps its writing of dates to its own templates. */
const now = new Template('{{ strftime_now(format) }}')

/** As Python's, within a limit. */
function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  if (step === 0) throw new Error('range() step must not be zero')
  const length = Math.max(0, Math.ceil((to - from) / step))
  if (length > longestRange) throw new Excess(`a range has ${count(length)} numbers`)
  return Array.from({ length }, (_, index) => from + index * step)
}

/**
 * The library has no limits; every step of a template goes through one of these two methods.
 * Memory is counted, too: a thread that runs out of it takes the whole process along.
 */
class LimitedInterpreter extends PythonInterpreter {
  #steps: number
  #size: number
  #total: number

  constructor(environment: Environment, steps: number, size: number) {
    super(environment)
    this.#steps = steps
    this.#size = size
    this.#total = mostTimes * size
  }

  override evaluate(statement: unknown, environment: Environment): Value {
    this.#step()
    return this.#weighed(super.evaluate(statement, environment), statement)
  }

  override evaluateBlock(statements: unknown, environment: Environment): Value {
    this.#step()
    return this.#weighed(super.evaluateBlock(statements, environment), statements)
  }

  #step(): void {
    if (this.#steps-- === 0) throw new Excess('it takes too many steps')
  }

  #weighed(result: Value, statement: unknown): Value {
    if (isMade(statement)) this.#weigh(result)
    return result
  }

  #weigh({ value }: Value): void {
    const isList = Array.isArray(value)
    if (!isList && typeof value !== 'string') return
    this.#total -= isList ? charactersPerItem * value.length : value.length
    if (value.length > this.#size || this.#total < 0) throw new Excess('what it makes is too large')
  }
}

function lengthOf({ messages, arguments: given = {} }: Rendering): number {
  const said = messages.reduce((sum, { content }) => sum + content.length, 0)
  return said + JSON.stringify(given).length
}

/** Whether a step made its value, and did not only look it up. */
function isMade(statement: unknown): boolean {
  const { property } = Object(statement) as { property?: unknown }
  if (typeOf(statement) === 'MemberExpression') return typeOf(property) === 'SliceExpression'
  return typeOf(statement) !== 'Identifier'
}

function typeOf(statement: unknown): unknown {
  return (Object(statement) as { type?: unknown }).type
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
