import type { Workflow } from '../document/document.ts'
import { subgraphPrefix } from './describe-subgraph.ts'

/** Type of the node at a path of a run, `outer/inner` inside a subgraph; undefined where there is none. */
export function typeAt(workflow: Workflow, path: string): string | undefined {
  let { nodes } = workflow
  let type: string | undefined
  for (const id of path.split('/')) {
    if (type !== undefined) nodes = workflow.subgraphs?.[type.slice(subgraphPrefix.length)]?.nodes ?? {}
    type = Object.hasOwn(nodes, id) ? nodes[id]!.type : undefined
    if (type === undefined) return undefined
  }
  return type
}
