import { collectIssues, type FoundIssue } from '../issues/collect-issues.ts'
import { forEachLink, subgraphPrefix } from '../types/describe-subgraph.ts'
import { documentLimits, type Workflow, type WorkflowNode } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import { suggest } from '../issues/nearest.ts'
import type { FlatGraph, FlatNode } from './flat-graph.ts'

/** An output of the run before it is known which plan node gives it. */
export interface ChosenTarget {
  path: string
  /** Output as named in the result; undefined where the node only has to run. */
  output: string | undefined
  from: FlatNode
  sourceOutput: string
}

/** The targets asked for by name, or every node that nothing links from. */
export function chooseTargets(
  workflow: Workflow,
  graph: FlatGraph,
  names: readonly string[] | undefined,
): { targets: ChosenTarget[] } | { issues: Issue[] } {
  const paths = names ?? endsOf(workflow, graph)
  const known = new Set([...graph.byPath.keys(), ...graph.subgraphs])
  const unknown = paths.filter((path) => !known.has(path))
  if (unknown.length > 0) return { issues: collectIssues(unknown.map((path) => unknownTarget(path, known))) }
  const chosen = [...new Set(paths)]
  const count = chosen.reduce((sum, path) => sum + outputCountAt(path, graph), 0)
  if (count > documentLimits.targets) return { issues: [tooManyTargets(count)] }
  return { targets: chosen.flatMap((path) => outputsAt(path, graph)) }
}

function endsOf(workflow: Workflow, graph: FlatGraph): string[] {
  const linked = new Set<string>()
  const ids = Object.keys(workflow.nodes)
  for (const id of ids) forEachLink(workflow.nodes[id] as WorkflowNode, (_, link) => linked.add(link[0]))
  const roots = ids.filter((id) => !linked.has(id) && workflow.nodes[id]?.mode === undefined)
  const inner = graph.nodes.filter((flat) => flat.prefix !== '' && flat.description?.sink === true)
  return [...roots, ...inner.filter((flat) => flat.skipped === undefined).map((flat) => flat.path)]
}

function outputCountAt(path: string, graph: FlatGraph): number {
  return graph.outputCountOf(path) ?? graph.byPath.get(path)?.ports?.outputs.size ?? 0
}

function tooManyTargets(count: number): Issue {
  return {
    code: 'invalid-workflow',
    message: `The nodes to run give ${count} outputs; at most ${documentLimits.targets} are given by one run.`,
    hint: 'Run fewer nodes at once, or give loops and subgraphs fewer outputs.',
  }
}

function outputsAt(path: string, graph: FlatGraph): ChosenTarget[] {
  const subgraph = graph.outputsOf(path)
  if (subgraph !== undefined) {
    return subgraph.flatMap(({ output, from }) =>
      from.kind === 'node' ? [{ path, output, from: from.from, sourceOutput: from.output }] : [],
    )
  }
  const from = graph.byPath.get(path) as FlatNode
  const outputs = [...(from.ports?.outputs.keys() ?? [])]
  if (outputs.length === 0) return [{ path, output: undefined, from, sourceOutput: '' }]
  return outputs.map((output) => ({ path, output, from, sourceOutput: output }))
}

function unknownTarget(path: string, known: ReadonlySet<string>): FoundIssue {
  const id = path.startsWith(subgraphPrefix) ? path.slice(subgraphPrefix.length) : path
  return {
    code: 'unknown-target',
    message: `There is no node \`${path}\` to run.`,
    hint: () => suggest(id, known, 'nodes'),
  }
}
