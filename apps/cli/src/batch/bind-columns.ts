import {
  apiInputs,
  bindInputs,
  nearest,
  portsOf,
  type Issue,
  type Json,
  type NodeDescription,
  type PortType,
  type Workflow,
} from '@woolgather/workflow'
import { CliError } from '../cli-error.ts'
import type { Row } from './read-rows.ts'

/** Where the values of a column go. */
export interface BoundColumn {
  column: string
  node: string
  input: string
  type: PortType
}

/**
 * Finds an input for every column: the `api/input` of that name, or `node.input`.
 * @throws CliError naming every column that has none and is not to be ignored
 */
export function bindColumns(
  workflow: Workflow,
  columns: readonly string[],
  descriptions: readonly NodeDescription[],
  ignored: { columns: readonly string[]; others: boolean },
): BoundColumn[] {
  const types = new Map(descriptions.map((description) => [description.type, description]))
  const targets = targetsOf(workflow, types)
  const bound: BoundColumn[] = []
  const issues: Issue[] = []
  for (const column of columns) {
    if (ignored.columns.includes(column)) continue
    const target = targets.get(column)
    if (target !== undefined) bound.push({ column, ...target })
    else if (!ignored.others) issues.push(unbound(column, [...targets.keys()]))
  }
  if (issues.length > 0) throw new CliError(issues)
  return bound
}

function targetsOf(
  workflow: Workflow,
  types: ReadonlyMap<string, NodeDescription>,
): Map<string, Omit<BoundColumn, 'column'>> {
  const targets = new Map<string, Omit<BoundColumn, 'column'>>()
  for (const [id, node] of Object.entries(workflow.nodes)) {
    const description = types.get(node.type)
    if (description === undefined) continue
    for (const [input, { type }] of portsOf(node, description, workflow.nodes).inputs) {
      targets.set(`${id}.${input}`, { node: id, input, type })
    }
  }
  for (const { name, node } of apiInputs(workflow)) targets.set(name, { node, input: 'value', type: 'text' })
  return targets
}

/** The workflow with a row's values in it. Columns the row lacks keep what the workflow has. */
export function bindRow(workflow: Workflow, columns: readonly BoundColumn[], row: Row): Workflow {
  const values = columns.flatMap(({ column, node, input, type }) => {
    const value = Object.hasOwn(row.values, column) ? row.values[column] : undefined
    return value === undefined ? [] : [{ node, input, value: readAs(type, value) }]
  })
  return bindInputs(workflow, values)
}

/** A field of CSV is text: where the input takes no text it is read as JSON (`0.7`, `true`, `["a"]`). */
function readAs(type: PortType, value: Json): Json {
  if (typeof value !== 'string' || type === 'text' || type === 'file') return value
  try {
    return JSON.parse(value) as Json
  } catch {
    return value
  }
}

function unbound(column: string, known: readonly string[]): Issue {
  const [near] = nearest(column, known)
  return {
    code: 'unknown-input',
    message: `Column “${column}” goes nowhere: it names neither an \`api/input\` nor a \`node.input\`.`,
    hint: `${near === undefined ? '' : `Did you mean “${near}”? `}Rename it, or leave it out with --ignore ${column}.`,
  }
}
