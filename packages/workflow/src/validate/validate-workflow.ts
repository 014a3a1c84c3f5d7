import { collectIssues, type FoundIssue } from '../issues/collect-issues.ts'
import type { NodeDescription } from '../types/description.ts'
import { describeTypes, subgraphPrefix, type Descriptions } from '../types/describe-subgraph.ts'
import type { Subgraph, Workflow } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import { planWorkflow } from '../plan/plan-workflow.ts'
import { chooseTargets } from '../plan/choose-targets.ts'
import { flattenWorkflow } from '../plan/flatten.ts'
import { keepNeeded } from '../plan/keep-needed.ts'
import { layoutIssues } from '../plan/measure-layout.ts'
import { cycleIssues } from './cycles.ts'
import { nameIssues } from './names.ts'
import { nodeIssues } from './nodes.ts'
import { readScope, type Scope } from './scope.ts'
import { outputIssues } from './subgraphs.ts'
import { zoneIssues } from './zones.ts'

export interface ValidateOptions {
  /** Instance paths: only what these need is looked at, and the document as a whole. Absent: all nodes. */
  targets?: readonly string[] | undefined
  /** Issues told; default 100, and behind them one that says how many more there are. */
  most?: number
}

/**
 * What is wrong with a workflow that can be known before it runs: an empty list means it can run. Pure, linear in the
 * size of the document, and in need of nothing but descriptions, so editor, server and CLI agree.
 */
export function validateWorkflow(
  workflow: Workflow,
  given: readonly NodeDescription[] | Descriptions,
  { targets, most }: ValidateOptions = {},
): Issue[] {
  const impossible = layoutIssues(workflow)
  if (targets !== undefined && impossible.length > 0) return collectIssues(impossible, most)
  const descriptions = describeTypes(workflow, given)
  const needed = targets && neededFor(targets, workflow, descriptions)
  if (needed !== undefined && 'issues' in needed) return needed.issues
  const idle = impossible.length > 0 ? undefined : idleDefinitions(workflow, descriptions)
  const found = issuesIn(workflow, descriptions, { needed: needed?.definitions, idle })
  const issues = collectIssues(impossible.length > 0 ? [...impossible, ...found] : found, most)
  return issues.length > 0 || !hasLoops(workflow, descriptions)
    ? issues
    : collectIssues(axisIssues(workflow, descriptions, targets), most)
}

/** Where all that the targets need is defined. */
function neededFor(
  targets: readonly string[],
  workflow: Workflow,
  descriptions: Descriptions,
): { definitions: ReadonlySet<string> } | { issues: Issue[] } {
  const graph = flattenWorkflow(workflow, descriptions)
  const chosen = chooseTargets(workflow, graph, targets)
  if ('issues' in chosen) return chosen
  const { nodes } = keepNeeded(graph, chosen.targets)
  return {
    definitions: graph.definitionsOf(
      nodes.map(({ flat }) => flat),
      targets,
    ),
  }
}

/** Where nodes are defined of which no instance runs, as each needs one that is muted. */
function idleDefinitions(workflow: Workflow, descriptions: Descriptions): ReadonlySet<string> | undefined {
  if (!scopesOf(workflow).some((nodes) => Object.values(nodes).some(({ mode }) => mode === 'mute')))
    return undefined
  const { nodes } = flattenWorkflow(workflow, descriptions)
  const idle = new Set(nodes.filter(({ cause }) => cause !== undefined).map(({ definedAt }) => definedAt))
  for (const { cause, definedAt } of nodes) if (cause === undefined) idle.delete(definedAt)
  return idle
}

/** Issues of the nodes in `needed`, or of all, without those that are idle. */
function* issuesIn(
  workflow: Workflow,
  descriptions: Descriptions,
  { needed, idle }: { needed: ReadonlySet<string> | undefined; idle: ReadonlySet<string> | undefined },
): Generator<FoundIssue> {
  for (const issue of allIssues(workflow, descriptions)) {
    const { node } = issue
    if (node === undefined || (needed?.has(node) !== false && idle?.has(node) !== true)) yield issue
  }
}

function* allIssues(workflow: Workflow, descriptions: Descriptions): Generator<FoundIssue> {
  const subgraphs = Object.entries(workflow.subgraphs ?? {})
  yield* scopeIssues(readScope(workflow.nodes, descriptions))
  for (const [id, subgraph] of subgraphs) yield* scopeIssues(subgraphScope(id, subgraph, descriptions))
  for (const [id, subgraph] of subgraphs) yield* outputIssues(id, subgraph, descriptions)
  yield* nameIssues(workflow)
}

function hasLoops(workflow: Workflow, descriptions: Descriptions): boolean {
  return scopesOf(workflow).some((nodes) =>
    Object.values(nodes).some((node) => descriptions.get(node.type)?.zone !== undefined),
  )
}

function scopesOf(workflow: Workflow): Workflow['nodes'][] {
  return [workflow, ...Object.values(workflow.subgraphs ?? {})].map(({ nodes }) => nodes)
}

/** What only shows once axes were laid out; asked for where everything else is right.
 * Only loops can go wrong in this way. */
function axisIssues(
  workflow: Workflow,
  descriptions: Descriptions,
  targets: readonly string[] | undefined,
): Issue[] {
  const { plan, issues } = planWorkflow(workflow, descriptions, { targets })
  if (issues !== undefined) return issues
  return plan.nodes.flatMap(({ idle }) => (idle !== undefined && 'issue' in idle ? [idle.issue] : []))
}

function subgraphScope(id: string, subgraph: Subgraph, descriptions: Descriptions): Scope {
  return readScope(subgraph.nodes, descriptions, {
    prefix: `${subgraphPrefix}${id}/`,
    inputs: subgraph.inputs,
  })
}

function* scopeIssues(scope: Scope): Generator<FoundIssue> {
  yield* nodeIssues(scope)
  yield* cycleIssues(scope)
  yield* zoneIssues(scope)
}
