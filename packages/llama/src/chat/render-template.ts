import { Interpreter, Template } from '@huggingface/jinja'
import type { ChatMessage } from '../contract/interface.ts'

/** A conversation to be rendered, with what templates ask for besides. */
export interface Rendering {
  messages: readonly ChatMessage[]
  addGenerationPrompt: boolean
  /** Text of the model's BOS and EOS tokens; empty where it has none. */
  bosToken: string
  eosToken: string
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
    return { message: messageOf(error) }
  }
}

/** Renders as transformers' `apply_chat_template` does: `tools` and `documents` are none. Never throws. */
export function renderTemplate(
  template: CompiledTemplate,
  rendering: Rendering,
  steps: number = mostSteps,
): Rendered {
  if (!(template instanceof Template)) return { problem: 'invalid', message: template.message }
  const said = rendering.messages.reduce((sum, { content }) => sum + content.length, 0)
  const size = spareSize + 4 * said
  left = { steps, size, total: mostTimes * size }
  try {
    return {
      text: template.render({
        messages: rendering.messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: rendering.addGenerationPrompt,
        bos_token: rendering.bosToken,
        eos_token: rendering.eosToken,
        tools: null,
        documents: null,
      }),
    }
  } catch (error) {
    const problem = error instanceof Excess ? 'excessive' : 'refused'
    return { problem, message: messageOf(error) }
  }
}

/** What the template that is rendered may still take: rendering is synchronous, so there is one. */
let left = { steps: 0, size: 0, total: 0 }

interface Step {
  (this: Interpreter, ...args: unknown[]): unknown
}

/*
 * The library has no limits and no place to put them; every step of a template goes through one of these two methods.
 * Memory is counted, too: a thread that runs out of it takes the whole process along.
 */
for (const name of ['evaluate', 'evaluateBlock']) {
  const methods = Interpreter.prototype as unknown as Record<string, Step>
  const step = methods[name]!
  methods[name] = function (...args) {
    if (left.steps-- === 0) throw new Excess('it takes too many steps')
    if (typeOf(args[0]) === 'Program') limitRange(args[1] as Globals)
    const result = step.apply(this, args)
    if (isMade(args[0])) weigh(Object(result) as { value?: unknown })
    return result
  }
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

function weigh({ value }: { value?: unknown }): void {
  const isList = Array.isArray(value)
  if (!isList && typeof value !== 'string') return
  left.total -= isList ? charactersPerItem * value.length : value.length
  if (value.length > left.size || left.total < 0) throw new Excess('what it makes is too large')
}

interface Globals {
  variables: Map<string, { value: (numbers: { value: unknown }[], scope: unknown) => unknown }>
}

/** The library's `range` makes all its numbers before anybody could weigh them. */
function limitRange({ variables }: Globals): void {
  const range = variables.get('range')!
  const make = range.value
  range.value = (numbers, scope) => {
    const [first, second, step = 1] = numbers.map(({ value }) => Number(value))
    const [from = 0, to = 0] = second === undefined ? [0, first] : [first, second]
    const length = Math.ceil((to - from) / step)
    if (length > longestRange) throw new Excess(`a range has ${count(length)} numbers`)
    return make(numbers, scope)
  }
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
