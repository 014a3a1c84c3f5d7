import { collectIssues, type FoundIssue } from '../collect-issues.ts'
import { forEachLink, subgraphPrefix } from '../describe-subgraph.ts'
import type { Workflow, WorkflowNode } from '../document.ts'
import type { Issue } from '../issues.ts'
import { suggest } from '../nearest.ts'
import type { FlatGraph, FlatNode } from './flatten.ts'

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
  return { targets: [...new Set(paths)].flatMap((path) => outputsAt(path, graph)) }
}

function endsOf(workflow: Workflow, graph: FlatGraph): string[] {
  const linked = new Set<string>()
  const ids = Object.keys(workflow.nodes)
  for (const id of ids) forEachLink(workflow.nodes[id] as WorkflowNode, (_, link) => linked.add(link[0]))
  const roots = ids.filter((id) => !linked.has(id) && workflow.nodes[id]?.mode === undefined)
  const inner = graph.nodes.filter((flat) => flat.prefix !== '' && flat.description?.sink === true)
  return [...roots, ...inner.filter((flat) => flat.skipped === undefined).map((flat) => flat.path)]
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
