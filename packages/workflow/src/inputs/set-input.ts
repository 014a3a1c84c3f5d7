import type { NodeDescription } from '../types/description.ts'
import { apiInputs, apiInputType, bindInputs } from './api-ports.ts'
import { describeTypes, isLink, type Descriptions } from '../types/describe-subgraph.ts'
import type { Workflow, WorkflowNode } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import { nearest, suggest } from '../issues/nearest.ts'
import type { InputDescription } from '../types/description.ts'
import type { Parsed } from '../parse/parse-workflow.ts'
import { portsOf } from '../types/ports-of.ts'
import type { PortType } from '../types/ports.ts'
import { readText, readTextFor, type TextRead } from './read-text.ts'
import { printsBack } from '../values/read-range.ts'

/**
 * A workflow with one input set from text, as `--set` on a command line does: of the `api/input` that has this name, as
 * callers of the workflow name it, or `node.input`. A link on that input gives way. Text is read as `readText` does for
 * the type of the input; where that is any, as JSON if it is JSON.
 */
export function setInput(
  workflow: Workflow,
  path: string,
  text: string,
  given: readonly NodeDescription[] | Descriptions,
): Parsed {
  const types = describeTypes(workflow, given)
  const found = findInput(workflow, path)
  if ('issue' in found) return { issues: [found.issue] }
  const { id, name, node } = found
  const description = types.get(node.type)
  if (description === undefined) return { issues: [unknownType(id, node)] }
  const { inputs } = portsOf(node, description, workflow.nodes)
  const input = inputs.get(name)
  if (input === undefined) return { issues: [unknownInput(id, name, [...inputs.keys()])] }
  const asText = node.type === apiInputType && name === 'value' && givenAsText(workflow, id, types)
  const read = asText ? readText('text', text) : readLiteral(input, text)
  if (read.problem !== undefined) return { issues: [invalid(id, name, read)] }
  return { workflow: bindInputs(workflow, [{ node: id, input: name, value: read.value }]) }
}

type Found = { id: string; name: string; node: WorkflowNode } | { issue: Issue }

/** @param path the name of an `api/input`, or `node.input`; where it is both, it has to be said which is meant */
function findInput(workflow: Workflow, path: string): Found {
  const named = apiInputs(workflow).filter(({ name }) => name === path)
  const [port] = named
  if (port === undefined) return findNode(workflow, path)
  const others = [...named.map(({ node }) => node), ...rivalOf(workflow, path, port.node)]
  if (others.length > 1) return { issue: ambiguous(path, others) }
  return { id: port.node, name: 'value', node: workflow.nodes[port.node] as WorkflowNode }
}

/** The other node that a name with a dot also names an input of. */
function rivalOf(workflow: Workflow, path: string, port: string): string[] {
  const found = findNode(workflow, path)
  return 'issue' in found || (found.id === port && found.name === 'value') ? [] : [found.id]
}

/**
 * Whether what is given to an `api/input` stays text: where the node reads text itself, and where all it reaches takes
 * text. `01069` and `true` are a name there, not a number and a truth.
 */
function givenAsText(workflow: Workflow, id: string, types: Descriptions): boolean {
  const kind = workflow.nodes[id]?.inputs?.['type'] ?? 'any'
  if (kind !== 'any') return true
  const reached = Object.values(workflow.nodes).flatMap((node) => {
    const description = types.get(node.type)
    const inputs = description && portsOf(node, description, workflow.nodes).inputs
    return Object.entries(node.links ?? {})
      .filter(([, value]) => (isLink(value) ? [value] : value).some(([from]) => from === id))
      .map(([name]) => inputs?.get(name)?.type)
  })
  return reached.length > 0 && reached.every((type) => type !== undefined && textTypes.includes(type))
}

const textTypes: readonly PortType[] = ['text', 'file', 'mix', 'messages']

/** Ids may contain dots, so every dot is tried as the one between node and input. */
function findNode(workflow: Workflow, path: string): Found {
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const id = path.slice(0, dot)
    const node = Object.hasOwn(workflow.nodes, id) ? workflow.nodes[id] : undefined
    if (node !== undefined) return { id, name: path.slice(dot + 1), node }
  }
  const whole = Object.hasOwn(workflow.nodes, path) ? workflow.nodes[path] : undefined
  if (whole !== undefined) return { issue: noInput(path, Object.keys({ ...whole.links, ...whole.inputs })) }
  return { issue: unknownPath(workflow, path) }
}

function unknownPath(workflow: Workflow, path: string): Issue {
  const named = apiInputs(workflow).map(({ name }) => name)
  const [near] = nearest(path, named)
  const id = path.includes('.') ? path.slice(0, path.indexOf('.')) : path
  const what = path.includes('.') ? `node \`${id}\`` : `input \`${path}\` and no node of that name`
  const write = named.length === 0 ? 'Write node.input.' : 'Write the name of an `api/input`, or node.input.'
  const help =
    near !== undefined
      ? `Did you mean \`${near}\`?`
      : !path.includes('.') && named.length > 0
        ? suggest(path, named, 'inputs')
        : suggest(id, Object.keys(workflow.nodes), 'nodes')
  return {
    code: 'unknown-node',
    message: `Cannot set \`${path}\`: the workflow has no ${what}.`,
    hint: `${write} ${help}`,
  }
}

function ambiguous(path: string, nodes: readonly string[]): Issue {
  return {
    code: 'invalid-input',
    message: `Cannot set \`${path}\`: ${nodes.map((id) => `\`${id}\``).join(' and ')} both have an input of that name.`,
    hint: 'Give each `api/input` a name of its own.',
  }
}

function noInput(id: string, named: string[]): Issue {
  return {
    code: 'unknown-input',
    message: `Cannot set \`${id}\`: it is a node, and none of its inputs is named.`,
    node: id,
    hint: `Write node.input, such as \`${id}.${named[0] ?? 'input'}\`.`,
  }
}

/** Where any value will do, JSON is meant, unless it is a number that is not printed as it was written: a code. */
function readLiteral(input: InputDescription, text: string): TextRead {
  const json = input.type === 'any' ? readText('json', text) : undefined
  if (json === undefined || json.problem !== undefined) return readTextFor(input, text)
  return typeof json.value === 'number' && !printsBack(text.trim()) ? { value: text } : json
}

function unknownType(id: string, node: WorkflowNode): Issue {
  return {
    code: 'unknown-node-type',
    message: `Cannot set an input of \`${id}\`: its type \`${node.type}\` is not known.`,
    node: id,
  }
}

function unknownInput(id: string, name: string, names: string[]): Issue {
  return {
    code: 'unknown-input',
    message: `Cannot set \`${id}.${name}\`: \`${id}\` has no input \`${name}\`.`,
    node: id,
    input: name,
    hint: suggest(name, names, 'inputs'),
  }
}

function invalid(id: string, name: string, { problem, hint }: { problem: string; hint?: string }): Issue {
  return {
    code: 'invalid-input',
    message: `\`${id}.${name}\` ${problem}.`,
    node: id,
    input: name,
    ...(hint !== undefined && { hint }),
  }
}
