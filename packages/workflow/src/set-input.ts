import type { NodeDescription } from './description.ts'
import { describeTypes, type Descriptions } from './describe-subgraph.ts'
import type { Workflow, WorkflowNode } from './document.ts'
import type { Issue } from './issues.ts'
import type { Json } from './json.ts'
import { literalProblem } from './literal-problem.ts'
import { suggest } from './nearest.ts'
import type { InputDescription } from './description.ts'
import type { Parsed } from './parse-workflow.ts'
import { portsOf } from './ports-of.ts'

/**
 * A workflow with one input set from text, as `--set node.input=value` on a command line does. A link on that input
 * gives way. Text is taken as it is where the input takes text, else as JSON (`0.7`, `true`, `["a", "b"]`).
 */
export function setInput(
  workflow: Workflow,
  path: string,
  text: string,
  given: readonly NodeDescription[] | Descriptions,
): Parsed {
  const found = findNode(workflow, path)
  if ('issue' in found) return { issues: [found.issue] }
  const { id, name, node } = found
  const description = describeTypes(workflow, given).get(node.type)
  if (description === undefined) return { issues: [unknownType(id, node)] }
  const { inputs } = portsOf(node, description, workflow.nodes)
  const input = inputs.get(name)
  if (input === undefined) return { issues: [unknownInput(id, name, [...inputs.keys()])] }
  const read = readLiteral(input, text)
  if ('problem' in read) return { issues: [invalid(id, name, read.problem)] }
  return { workflow: replaceNode(workflow, id, withLiteral(node, name, read.value)) }
}

type Found = { id: string; name: string; node: WorkflowNode } | { issue: Issue }

/** Ids may contain dots, so every dot is tried as the one between node and input. */
function findNode(workflow: Workflow, path: string): Found {
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const id = path.slice(0, dot)
    const node = Object.hasOwn(workflow.nodes, id) ? workflow.nodes[id] : undefined
    if (node !== undefined) return { id, name: path.slice(dot + 1), node }
  }
  const whole = Object.hasOwn(workflow.nodes, path) ? workflow.nodes[path] : undefined
  if (whole !== undefined) return { issue: noInput(path, Object.keys({ ...whole.links, ...whole.inputs })) }
  const id = path.includes('.') ? path.slice(0, path.indexOf('.')) : path
  return {
    issue: {
      code: 'unknown-node',
      message: `Cannot set \`${path}\`: the workflow has no node \`${id}\`.`,
      hint: `Write node.input. ${suggest(id, Object.keys(workflow.nodes), 'nodes')}`,
    },
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

function readLiteral(input: InputDescription, text: string): { value: Json } | { problem: string } {
  const json = parseJson(text)
  const textual = input.type === 'text' || input.type === 'file' || json === undefined
  const candidates: Json[] = json === undefined ? [text] : textual ? [text, json] : [json, text]
  for (const value of candidates) if (literalProblem(input, value) === undefined) return { value }
  return { problem: literalProblem(input, candidates[0] ?? text) ?? 'is not accepted' }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function withLiteral(node: WorkflowNode, name: string, value: Json): WorkflowNode {
  const links = Object.fromEntries(Object.entries(node.links ?? {}).filter(([input]) => input !== name))
  const changed: WorkflowNode = { ...node, inputs: { ...node.inputs, [name]: value } }
  if (Object.keys(links).length > 0) changed.links = links
  else delete changed.links
  return changed
}

function replaceNode(workflow: Workflow, id: string, node: WorkflowNode): Workflow {
  return { ...workflow, nodes: { ...workflow.nodes, [id]: node } }
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

function invalid(id: string, name: string, problem: string): Issue {
  return { code: 'invalid-input', message: `\`${id}.${name}\` ${problem}.`, node: id, input: name }
}
