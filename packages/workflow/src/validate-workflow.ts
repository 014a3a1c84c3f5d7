import type { NodeDescription } from './description.ts'
import { describeTypes, subgraphPrefix, type Descriptions } from './describe-subgraph.ts'
import type { Subgraph, Workflow } from './document.ts'
import type { Issue } from './issues.ts'
import { planWorkflow } from './plan-workflow.ts'
import { cycleIssues } from './validate/cycles.ts'
import { nodeIssues } from './validate/nodes.ts'
import { readScope, type Scope } from './validate/scope.ts'
import { subgraphIssues } from './validate/subgraphs.ts'
import { zoneIssues } from './validate/zones.ts'

/**
 * Everything wrong with a workflow that can be known before it runs: an empty list means it can run. Pure, linear in
 * the size of the document, and in need of nothing but descriptions, so editor, server and CLI agree.
 */
export function validateWorkflow(
  workflow: Workflow,
  given: readonly NodeDescription[] | Descriptions,
): Issue[] {
  const descriptions = describeTypes(workflow, given)
  const subgraphs = Object.entries(workflow.subgraphs ?? {})
  const issues = [
    ...scopeIssues(readScope(workflow.nodes, descriptions)),
    ...subgraphs.flatMap(([id, subgraph]) => scopeIssues(subgraphScope(id, subgraph, descriptions))),
    ...subgraphIssues(workflow, descriptions),
  ]
  return issues.length > 0 || !hasLoops(workflow, descriptions) ? issues : axisIssues(workflow, descriptions)
}

function hasLoops(workflow: Workflow, descriptions: Descriptions): boolean {
  const scopes = [workflow, ...Object.values(workflow.subgraphs ?? {})]
  return scopes.some(({ nodes }) =>
    Object.values(nodes).some((node) => descriptions.get(node.type)?.zone !== undefined),
  )
}

/** What only shows once axes were laid out; asked for where everything else is right.
 * Only loops can go wrong in this way. */
function axisIssues(workflow: Workflow, descriptions: Descriptions): Issue[] {
  const { plan, issues } = planWorkflow(workflow, descriptions)
  if (issues !== undefined) return issues
  return plan.nodes.flatMap(({ idle }) => (idle !== undefined && 'issue' in idle ? [idle.issue] : []))
}

function subgraphScope(id: string, subgraph: Subgraph, descriptions: Descriptions): Scope {
  return readScope(subgraph.nodes, descriptions, {
    prefix: `${subgraphPrefix}${id}/`,
    inputs: subgraph.inputs,
  })
}

function scopeIssues(scope: Scope): Issue[] {
  return [...nodeIssues(scope), ...cycleIssues(scope), ...zoneIssues(scope)]
}
