import { forEachLink, subgraphPrefix, usesOf } from '../types/describe-subgraph.ts'
import { documentLimits, type Subgraph, type Workflow, type WorkflowNode } from '../document/document.ts'
import { findCycles, sortTopologically } from '../graph/find-cycles.ts'
import type { Issue } from '../issues/issues.ts'

/** What a graph comes to once every subgraph in it is laid out. */
interface Layout {
  nodes: number
  /** Into all nodes. */
  links: number
  /** Of the subgraphs used. */
  outputs: number
  /** Of all instance paths. */
  pathCharacters: number
}

/**
 * What keeps a workflow from being laid out at all: a subgraph that contains itself, or a size beyond bounds, counted
 * without laying anything out.
 */
export function layoutIssues(workflow: Workflow): Issue[] {
  const subgraphs = Object.entries(workflow.subgraphs ?? {})
  const uses = usesOf(subgraphs)
  const cycles = findCycles(uses)
  if (cycles.length > 0) {
    return cycles.map((cycle) => containsItself(cycle.map((i) => (subgraphs[i] as [string, Subgraph])[0])))
  }
  const layouts = new Map<string, Layout & { own: number }>()
  for (const i of sortTopologically(uses).order.reverse()) {
    const [id, { nodes, outputs }] = subgraphs[i] as [string, Subgraph]
    layouts.set(subgraphPrefix + id, { ...measure(nodes, layouts), own: outputs.length })
  }
  return tooLarge(measure(workflow.nodes, layouts))
}

function measure(
  nodes: Readonly<Record<string, WorkflowNode>>,
  layouts: ReadonlyMap<string, Layout & { own: number }>,
): Layout {
  const total: Layout = { nodes: 0, links: 0, outputs: 0, pathCharacters: 0 }
  for (const id of Object.keys(nodes)) {
    const node = nodes[id] as WorkflowNode
    const inside = layouts.get(node.type)
    total.nodes += 1 + (inside?.nodes ?? 0)
    total.pathCharacters += (id.length + 1) * (1 + (inside?.nodes ?? 0)) + (inside?.pathCharacters ?? 0)
    total.links += inside?.links ?? 0
    total.outputs += (inside?.own ?? 0) + (inside?.outputs ?? 0)
    forEachLink(node, () => total.links++)
  }
  return total
}

const told: Record<keyof Layout, string> = {
  nodes: 'nodes',
  links: 'links',
  outputs: 'outputs of subgraphs',
  pathCharacters: 'characters of paths to its nodes',
}

/** One is enough: what is too large in one way mostly is in the others. */
function tooLarge(total: Layout): Issue[] {
  const what = (Object.keys(told) as (keyof Layout)[]).find((what) => total[what] > documentLimits[what])
  if (what === undefined) return []
  return [
    {
      code: 'invalid-workflow',
      message: `With every subgraph laid out the workflow has ${written(total[what])} ${told[what]}; at most ${documentLimits[what]} are run.`,
      hint: 'Use an axis in place of repeated subgraphs, and subgraphs with fewer inputs and outputs.',
    },
  ]
}

/** Subgraphs within subgraphs can come to more than numbers hold. */
function written(count: number): string {
  return count <= Number.MAX_SAFE_INTEGER ? String(count) : 'more than 9000000000000000'
}

function containsItself(names: string[]): Issue {
  const path = [...names.slice(0, 8), ...(names.length > 8 ? [`… (${names.length})`] : []), names[0]]
  return {
    code: 'cycle',
    message: `A subgraph contains itself: ${path.map((name) => `\`${name}\``).join(' → ')}.`,
    node: subgraphPrefix + names[0],
    hint: 'Take one of them out, or repeat it with loopback/start and loopback/end.',
  }
}
