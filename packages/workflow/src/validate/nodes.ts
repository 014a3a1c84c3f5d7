import { mostIssues } from '../json/bounded.ts'
import type { FoundIssue } from '../issues/collect-issues.ts'
import type { InputDescription, NodeDescription } from '../types/description.ts'
import { isLink } from '../types/describe-subgraph.ts'
import type { Link, WorkflowNode } from '../document/document.ts'
import { literalProblem } from '../types/literal-problem.ts'
import { suggest } from '../issues/nearest.ts'
import { outputOf, type Ports } from '../types/ports-of.ts'
import { accepts, type PortType } from '../types/ports.ts'
import type { Scope } from './scope.ts'

/** What is wrong with each node by itself and with the links into it. */
export function* nodeIssues(scope: Scope): Generator<FoundIssue> {
  for (const id of scope.ids) {
    const node = scope.nodes[id] as WorkflowNode
    // a muted node does not run, so nothing about it can be in the way
    if (node.mode === 'mute') continue
    const description = scope.descriptions.get(node.type)
    const ports = scope.ports.get(id)
    if (description === undefined || ports === undefined) yield unknownType(scope, id, node)
    else yield* checkNode({ scope, id, node, ports }, description)
  }
}

interface Checked {
  scope: Scope
  id: string
  node: WorkflowNode
  ports: Ports
}

function* checkNode(checked: Checked, description: NodeDescription): Generator<FoundIssue> {
  yield* versionIssues(checked, description)
  const { inputs = {}, links = {} } = checked.node
  for (const name of Object.keys(inputs)) yield* literalIssues(checked, name)
  for (const name of Object.keys(links)) yield* linkIssues(checked, name)
  yield* missingInputs(checked)
}

/** Those told are looked for one by one, the others only counted: a node may have a great many. */
function* missingInputs(checked: Checked): Generator<FoundIssue> {
  const { node, ports } = checked
  const names = new Set([...Object.keys(node.inputs ?? {}), ...Object.keys(node.links ?? {})])
  let left = ports.required.length
  for (const name of names) if (ports.inputs.get(name)?.required === true && isGiven(node, name)) left--
  let told = 0
  for (const input of ports.required) {
    if (left === 0) return
    if (isGiven(node, input.name)) continue
    const issue = missing(checked, input)
    if (++told === mostIssues) {
      yield { ...issue, times: left }
      return
    }
    yield issue
    left--
  }
}

function isGiven(node: WorkflowNode, name: string): boolean {
  if (Object.hasOwn(node.inputs ?? {}, name)) return true
  const link = Object.hasOwn(node.links ?? {}, name) ? node.links?.[name] : undefined
  return link !== undefined && link.length > 0
}

function* versionIssues({ scope, id, node }: Checked, description: NodeDescription): Generator<FoundIssue> {
  if (node.version === undefined || node.version <= description.version) return
  yield {
    code: 'unknown-node-version',
    message: `\`${id}\` was made with version ${node.version} of \`${node.type}\`; version ${description.version} is installed.`,
    node: scope.prefix + id,
    hint: 'Update Woolgather or the package this node comes from.',
  }
}

function* literalIssues(checked: Checked, name: string): Generator<FoundIssue> {
  const { id, node, ports } = checked
  const input = ports.inputs.get(name)
  if (input === undefined) {
    yield unknownInput(checked, name)
    return
  }
  if (Object.hasOwn(node.links ?? {}, name)) {
    yield issueAt(checked, name, {
      code: 'input-and-link',
      message: `\`${id}.${name}\` has both a value and a link.`,
      hint: 'Remove one of them.',
    })
  }
  const problem = literalProblem(input, node.inputs?.[name] ?? null)
  if (problem === undefined) return
  yield issueAt(checked, name, {
    code: 'invalid-input',
    message: `\`${id}.${name}\` ${problem}.`,
    hint: input.description === '' ? undefined : input.description,
  })
}

function* linkIssues(checked: Checked, name: string): Generator<FoundIssue> {
  const { id, node, ports } = checked
  const input = ports.inputs.get(name)
  if (input === undefined) {
    if (!Object.hasOwn(node.inputs ?? {}, name)) yield unknownInput(checked, name)
    return
  }
  const value = node.links?.[name] ?? []
  if (isLink(value)) yield* linkIssue(checked, input, value)
  else if (value.length > 1 && input.multiple !== true) {
    yield issueAt(checked, name, {
      code: 'invalid-input',
      message: `\`${id}.${name}\` takes one link and has ${value.length}.`,
      hint: 'Remove links until one is left.',
    })
  } else for (const link of value) yield* linkIssue(checked, input, link as Link)
}

function* linkIssue(checked: Checked, input: InputDescription, [from, output]: Link): Generator<FoundIssue> {
  const source = sourceType(checked, input, from, output)
  if (typeof source !== 'string') yield source
  else if (source !== 'unknown' && !accepts(input.type, source)) {
    yield issueAt(checked, input.name, {
      code: 'type-mismatch',
      message: `\`${checked.id}.${input.name}\` takes ${input.type}, but \`${from}.${output}\` gives ${source}.`,
      hint: `Link an output of type ${input.type}, or put a node in between that turns ${source} into ${input.type}.`,
    })
  }
}

/** Type of what a link reads; `unknown` where the node it reads has an issue of its own; an issue where it reads nothing. */
function sourceType(
  checked: Checked,
  input: InputDescription,
  from: string,
  output: string,
): PortType | 'unknown' | FoundIssue {
  const { scope, id } = checked
  if (from === '$in' && scope.prefix !== '') {
    return (
      scope.inputs.get(output) ??
      issueAt(checked, input.name, {
        code: 'unknown-input',
        message: `\`${id}.${input.name}\` reads input \`${output}\` of the subgraph, which it does not have.`,
        hint: () => suggest(output, [...scope.inputs.keys()], 'inputs'),
      })
    )
  }
  if (!Object.hasOwn(scope.nodes, from)) {
    return issueAt(checked, input.name, {
      code: 'unknown-node',
      message: `\`${id}.${input.name}\` is linked from \`${from}\`, which does not exist.`,
      hint: () => suggest(from, scope.ids, 'nodes'),
    })
  }
  const ports = scope.ports.get(from)
  if (ports === undefined) return 'unknown'
  const found = outputOf(ports, output)
  if (found !== undefined) return found.type
  return issueAt(checked, input.name, {
    code: 'unknown-output',
    message: `\`${id}.${input.name}\` is linked from \`${from}.${output}\`, but \`${from}\` has no output \`${output}\`.`,
    hint: () => suggest(output, [...ports.outputs.keys()], 'outputs'),
  })
}

function unknownType(scope: Scope, id: string, node: WorkflowNode): FoundIssue {
  return {
    code: 'unknown-node-type',
    message: `\`${id}\` is of type \`${node.type}\`, which is not installed.`,
    node: scope.prefix + id,
    hint: () => suggest(node.type, [...scope.descriptions.keys()], 'node types'),
  }
}

function unknownInput(checked: Checked, name: string): FoundIssue {
  const { id, node, ports } = checked
  return issueAt(checked, name, {
    code: 'unknown-input',
    message: `\`${id}\` (${node.type}) has no input \`${name}\`.`,
    hint: () => suggest(name, [...ports.inputs.keys()], 'inputs'),
  })
}

function missing(checked: Checked, input: InputDescription): FoundIssue {
  const canType = input.schema !== undefined
  return issueAt(checked, input.name, {
    code: 'missing-input',
    message: `\`${checked.id}.${input.name}\` is needed and has no ${canType ? 'value and no ' : ''}link.`,
    hint: canType
      ? `Give it a value, or link an output of type ${input.type}.`
      : `Link an output of type ${input.type}.`,
  })
}

function issueAt({ scope, id }: Checked, input: string, issue: FoundIssue): FoundIssue {
  return { ...issue, node: scope.prefix + id, input }
}
