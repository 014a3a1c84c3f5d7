import type { NodeDescription } from '../types/description.ts'
import { describeTypes, type Descriptions } from '../types/describe-subgraph.ts'
import type { Workflow } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import { assignAxes } from './assign-axes.ts'
import { buildPlan } from './build-plan.ts'
import { chooseTargets } from './choose-targets.ts'
import { expandNodes } from './expand-nodes.ts'
import { findReaders } from './find-readers.ts'
import { flattenWorkflow } from './flatten.ts'
import { keepNeeded } from './keep-needed.ts'
import { layoutIssues } from './measure-layout.ts'
import type { Plan } from './plan.ts'

export interface PlanOptions {
  /** Instance paths to run, with all they need; absent: every node that nothing links from. */
  targets?: readonly string[] | undefined
  /** What validation found: the nodes named there fail, the rest is planned as usual. */
  issues?: readonly Issue[] | undefined
}

/**
 * What running a workflow comes to, as far as it can be said before it runs: subgraphs laid out, loops opened,
 * nodes in an order in which each comes after those it reads, and for each the axes it ranges over. Only how long
 * an axis is may be left for the run to find out.
 */
export function planWorkflow(
  workflow: Workflow,
  given: readonly NodeDescription[] | Descriptions,
  options: PlanOptions = {},
): { plan: Plan; issues?: undefined } | { plan?: undefined; issues: Issue[] } {
  const impossible = layoutIssues(workflow)
  if (impossible.length > 0) return { issues: impossible }
  const descriptions = describeTypes(workflow, given)
  const graph = flattenWorkflow(workflow, descriptions)
  findReaders(graph)
  const chosen = chooseTargets(workflow, graph, options.targets)
  if ('issues' in chosen) return chosen
  const needed = keepNeeded(graph, chosen.targets)
  const expanded = expandNodes(needed, options.issues ?? [])
  if ('issue' in expanded) return { issues: [expanded.issue] }
  const placing = assignAxes(expanded)
  if ('issue' in placing) return { issues: [placing.issue] }
  return { plan: buildPlan(expanded, placing, chosen.targets) }
}
