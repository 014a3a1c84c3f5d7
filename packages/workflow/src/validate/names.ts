import { apiInputs, apiInputType, apiOutputs, apiOutputType, type ApiPort } from '../inputs/api-ports.ts'
import { subgraphPrefix } from '../types/describe-subgraph.ts'
import type { Subgraph, Workflow } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'

/**
 * Names that stand for two things where callers can mean only one: inputs and outputs of the workflow, and of each
 * subgraph. Nodes inside subgraphs are called by nobody.
 */
export function nameIssues(workflow: Workflow): Issue[] {
  return [
    ...sharedNames(apiInputs(workflow)).map((port) => sharedPort(port, apiInputType)),
    ...sharedNames(apiOutputs(workflow)).map((port) => sharedPort(port, apiOutputType)),
    ...Object.entries(workflow.subgraphs ?? {}).flatMap(([id, subgraph]) => subgraphNames(id, subgraph)),
  ]
}

/** Every port whose name another has, with one of those others. */
function sharedNames(ports: readonly ApiPort[]): (ApiPort & { other: string })[] {
  const first = new Map<string, string>()
  const last = new Map<string, string>()
  for (const { name, node } of ports) {
    if (!first.has(name)) first.set(name, node)
    last.set(name, node)
  }
  return ports.flatMap((port) => {
    const others = [first.get(port.name), last.get(port.name)]
    const other = others.find((node) => node !== undefined && node !== port.node)
    return other === undefined ? [] : [{ ...port, other }]
  })
}

function sharedPort({ name, node, other }: ApiPort & { other: string }, type: string): Issue {
  const lost =
    type === apiInputType ? 'only one of them would be given a value' : 'only one would be given back'
  return {
    code: 'duplicate-name',
    message: `\`${node}\` and \`${other}\` (${type}) have the same name, “${name}”: ${lost}.`,
    node,
    input: 'name',
    hint:
      type === apiInputType
        ? 'Give one of them another name, or link both places from one node.'
        : 'Give one of them another name.',
  }
}

function subgraphNames(id: string, { inputs, outputs }: Subgraph): Issue[] {
  const sides = [
    { side: 'inputs', names: inputs.map(({ name }) => name) },
    { side: 'outputs', names: outputs.map(({ name }) => name) },
  ]
  return sides.flatMap(({ side, names }) => {
    const seen = new Set<string>()
    const twice = new Set(names.filter((name) => seen.size === seen.add(name).size))
    return [...twice].map((name): Issue => ({
      code: 'duplicate-name',
      message: `Two ${side} of subgraph \`${id}\` are called “${name}”.`,
      node: subgraphPrefix + id,
      hint: 'Give one of them another name.',
    }))
  })
}
