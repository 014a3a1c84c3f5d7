import {
  apiInputs,
  bindInputs,
  literalProblem,
  nearest,
  portsOf,
  portTypes,
  readText,
  readTextFor,
  type InputDescription,
  type Issue,
  type Json,
  type NodeDescription,
  type RunError,
  type TextRead,
  type Workflow,
} from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import type { Row } from './read-rows.ts'

/** Where the values of a column go. */
export interface BoundColumn {
  column: string
  node: string
  input: string
  /** Reads a field of it. */
  read: (text: string) => TextRead
  /** Whether null, as JSONL has it for nothing, is a value to it. */
  takesNull: boolean
  /** Nothing else gives the input a value: not the workflow, and no default. */
  needed: boolean
}

type Target = Omit<BoundColumn, 'column' | 'read'> & {
  read: (text: string, options: { decimalComma: boolean }) => TextRead
}

export interface BindOptions {
  ignored: readonly string[]
  /** Columns that need not name an input. */
  used?: readonly string[]
  ignoreOthers: boolean
  decimalComma: boolean
}

/**
 * Finds an input for every column: the `api/input` of that name, or `node.input`.
 * @throws CliError naming every column that has none and is not to be ignored, and those that go to one input
 */
export function bindColumns(
  workflow: Workflow,
  columns: readonly string[],
  descriptions: readonly NodeDescription[],
  options: BindOptions,
): BoundColumn[] {
  const targets = targetsOf(workflow, descriptions)
  const bound: BoundColumn[] = []
  const issues: Issue[] = []
  for (const column of columns) {
    if (options.ignored.includes(column)) continue
    const target = targets.get(column)
    if (target === undefined) {
      if (!options.ignoreOthers && options.used?.includes(column) !== true)
        issues.push(unbound(column, [...targets.keys()]))
      continue
    }
    const rival = bound.find(({ node, input }) => node === target.node && input === target.input)
    if (rival !== undefined) issues.push(boundTwice(rival, column))
    bound.push({ ...target, column, read: (text) => target.read(text, options) })
  }
  if (issues.length > 0) throw new CliError(issues)
  return bound
}

function targetsOf(workflow: Workflow, descriptions: readonly NodeDescription[]): Map<string, Target> {
  const types = new Map(descriptions.map((description) => [description.type, description]))
  const targets = new Map<string, Target>()
  for (const [id, node] of Object.entries(workflow.nodes)) {
    const description = types.get(node.type)
    if (description === undefined) continue
    for (const [name, input] of portsOf(node, description, workflow.nodes).inputs)
      targets.set(`${id}.${name}`, inputTarget(workflow, id, input))
  }
  for (const { name, node } of apiInputs(workflow)) targets.set(name, apiTarget(workflow, node))
  return targets
}

function inputTarget(workflow: Workflow, id: string, input: InputDescription): Target {
  const { inputs = {}, links = {} } = workflow.nodes[id] ?? {}
  const given = Object.hasOwn(inputs, input.name) || Object.hasOwn(links, input.name)
  return {
    node: id,
    input: input.name,
    read: (text, options) => readTextFor(input, text, options),
    takesNull: literalProblem(input, null) === undefined,
    needed: input.required && !given,
  }
}

/** The node itself reads text as its `type`, too; but it does not know how the table is written. */
function apiTarget(workflow: Workflow, id: string): Target {
  const { inputs = {} } = workflow.nodes[id] ?? {}
  const type = portTypes.find((known) => known === inputs['type']) ?? 'any'
  const takesText = type === 'any' || type === 'text'
  return {
    node: id,
    input: 'value',
    read: (text, options) => readText(type, text, options),
    takesNull: type === 'any' || type === 'json',
    needed: !takesText && (inputs['value'] ?? '') === '',
  }
}

/** A workflow with a row's values in it, and what is wrong with those that are not. */
export interface BoundRow {
  workflow: Workflow
  errors: RunError[]
}

/** Binds a row. A column that it has nothing for keeps what the workflow has. */
export function bindRow(workflow: Workflow, columns: readonly BoundColumn[], row: Row): BoundRow {
  const values: { node: string; input: string; value: Json }[] = []
  const errors: RunError[] = []
  for (const bound of columns) {
    const { column, node, input, needed } = bound
    const given = Object.hasOwn(row.values, column) ? row.values[column] : undefined
    const found = readGiven(given, bound)
    if (found === undefined) {
      if (needed)
        errors.push(told({ problem: 'is empty, and its input has no other value' }, 'missing-input'))
    } else if (found.problem === undefined) values.push({ node, input, value: found.value })
    else errors.push(told(found, 'invalid-input'))

    function told({ problem, hint }: { problem: string; hint?: string }, code: RunError['code']): RunError {
      const message = `Column “${column}” of row ${row.number}, in line ${row.line}, ${problem}.`
      return { code, message, node, input, ...(hint !== undefined && { hint }) }
    }
  }
  return { workflow: bindInputs(workflow, values), errors }
}

/** What a row has for a column; undefined for nothing: no field, or null or empty quotes where they are no value. */
function readGiven(
  value: Json | undefined,
  { read, takesNull }: Pick<BoundColumn, 'read' | 'takesNull'>,
): TextRead | undefined {
  if (value === null && !takesNull) return undefined
  if (typeof value !== 'string') return value === undefined ? undefined : { value }
  const found = read(value)
  return value.trim() === '' && found.problem !== undefined ? undefined : found
}

function boundTwice({ column, node, input }: BoundColumn, other: string): Issue {
  return {
    code: 'duplicate-name',
    message: `Columns “${column}” and “${other}” both go to \`${node}.${input}\`.`,
    hint: `Leave one of them out, such as with --ignore ${quotedName(other)}.`,
  }
}

function quotedName(column: string): string {
  return /[^\w.-]/.test(column) ? JSON.stringify(column) : column
}

function unbound(column: string, known: readonly string[]): Issue {
  const [near] = nearest(column, known)
  return {
    code: 'unknown-input',
    message: `Column “${column}” goes nowhere: it names neither an \`api/input\` nor a \`node.input\`.`,
    hint: `${near === undefined ? '' : `Did you mean “${near}”? `}Rename it, or leave it out with --ignore ${quotedName(column)}.`,
  }
}
