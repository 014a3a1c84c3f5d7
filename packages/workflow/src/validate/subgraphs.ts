import { subgraphPrefix, type Descriptions } from '../describe-subgraph.ts'
import { documentLimits, type Subgraph, type Workflow } from '../document.ts'
import { findCycles, sortTopologically } from '../find-cycles.ts'
import type { Issue } from '../issues.ts'
import { suggest } from '../nearest.ts'
import { outputOf, portsOf } from '../ports-of.ts'

/** What is wrong with subgraphs as wholes: outputs that read nothing, containing themselves, growing out of bounds. */
export function subgraphIssues(workflow: Workflow, descriptions: Descriptions): Issue[] {
  const subgraphs = workflow.subgraphs
  if (subgraphs === undefined) return []
  const outputs = Object.entries(subgraphs).flatMap(([id, subgraph]) =>
    outputIssues(id, subgraph, descriptions),
  )
  return [...outputs, ...nestingIssues(workflow, subgraphs)]
}

function outputIssues(id: string, subgraph: Subgraph, descriptions: Descriptions): Issue[] {
  return subgraph.outputs.flatMap(({ name, from: [node, output] }): Issue[] => {
    const where = { message: '', node: subgraphPrefix + id }
    if (node === '$in') {
      if (subgraph.inputs.some((input) => input.name === output)) return []
      const message = `Output \`${name}\` of subgraph \`${id}\` reads its input \`${output}\`, which it does not have.`
      return [{ ...where, code: 'unknown-input', message }]
    }
    const inner = Object.hasOwn(subgraph.nodes, node) ? subgraph.nodes[node] : undefined
    if (inner === undefined) {
      const message = `Output \`${name}\` of subgraph \`${id}\` is linked from \`${node}\`, which does not exist.`
      return [
        {
          ...where,
          code: 'unknown-node',
          message,
          hint: suggest(node, Object.keys(subgraph.nodes), 'nodes'),
        },
      ]
    }
    const description = descriptions.get(inner.type)
    if (description === undefined) return []
    const ports = portsOf(inner, description, subgraph.nodes)
    if (outputOf(ports, output) !== undefined) return []
    const message = `Output \`${name}\` of subgraph \`${id}\` reads \`${node}.${output}\`, which does not exist.`
    return [
      {
        ...where,
        code: 'unknown-output',
        message,
        hint: suggest(output, [...ports.outputs.keys()], 'outputs'),
      },
    ]
  })
}

function nestingIssues(workflow: Workflow, subgraphs: Readonly<Record<string, Subgraph>>): Issue[] {
  const ids = Object.keys(subgraphs)
  const numbers = new Map(ids.map((id, i) => [subgraphPrefix + id, i]))
  const uses = ids.map((id) =>
    Object.values(subgraphs[id]?.nodes ?? {}).flatMap((node) => numbers.get(node.type) ?? []),
  )
  const cycles = findCycles(uses)
  if (cycles.length > 0) return cycles.map((cycle) => containsItself(cycle.map((i) => ids[i] as string)))
  const total = expandedSize(workflow, ids, numbers, uses, subgraphs)
  return total > documentLimits.nodes ? [tooManyNodes(total)] : []
}

function containsItself(names: string[]): Issue {
  const path = [...names, names[0]].map((name) => `\`${name}\``).join(' → ')
  return {
    code: 'cycle',
    message: `A subgraph contains itself: ${path}.`,
    node: subgraphPrefix + names[0],
    hint: 'Take one of them out, or repeat it with loopback/start and loopback/end.',
  }
}

/** How many nodes there are once every subgraph is laid out, counted without laying them out. */
function expandedSize(
  workflow: Workflow,
  ids: string[],
  numbers: ReadonlyMap<string, number>,
  uses: readonly number[][],
  subgraphs: Readonly<Record<string, Subgraph>>,
): number {
  const sizes: number[] = ids.map((id) => Object.keys(subgraphs[id]?.nodes ?? {}).length)
  for (const i of sortTopologically(uses).order.reverse()) {
    for (const used of uses[i] ?? []) sizes[i] = (sizes[i] ?? 0) + (sizes[used] ?? 0)
  }
  const nodes = Object.values(workflow.nodes)
  return nodes.reduce((sum, node) => sum + (sizes[numbers.get(node.type) ?? -1] ?? 0), nodes.length)
}

function tooManyNodes(total: number): Issue {
  return {
    code: 'invalid-workflow',
    message: `With every subgraph laid out the workflow has ${total} nodes; at most ${documentLimits.nodes} are run.`,
    hint: 'Use an axis in place of repeated subgraphs.',
  }
}
