import { subgraphPrefix, type Workflow, type WorkflowNode } from '@woolgather/workflow'
import { subgraphOf } from './scope.ts'

/** A node of a workflow, and the nodes one enters to see it, outermost first. */
export interface NodePlace {
  id: string
  node: WorkflowNode
  path: readonly string[]
}

/** Every node of a workflow, those in subgraphs too, once for each place the subgraph is used. */
export function placesIn(workflow: Workflow): NodePlace[] {
  const places: NodePlace[] = []
  const visit = (
    nodes: Record<string, WorkflowNode>,
    path: readonly string[],
    around: readonly string[],
  ): void => {
    for (const [id, node] of Object.entries(nodes)) {
      places.push({ id, node, path })
      const inner = subgraphOf(node)
      const subgraph = inner === undefined ? undefined : workflow.subgraphs?.[inner]
      if (inner !== undefined && subgraph && !around.includes(inner))
        visit(subgraph.nodes, [...path, id], [...around, inner])
    }
  }
  visit(workflow.nodes, [], [])
  return places
}

/** Where a node is that an issue names: by its id at the root, as `subgraph/<id>/<node>` inside a subgraph. */
export function findPlace(workflow: Workflow, name: string): NodePlace | undefined {
  const root = workflow.nodes[name]
  if (root) return { id: name, node: root, path: [] }
  if (!name.startsWith(subgraphPrefix)) return undefined
  const [, subgraph, id] = name.split('/')
  const users = placesIn(workflow).filter(({ node }) => subgraphOf(node) === subgraph)
  const user = users[0]
  if (!user || id === undefined) return user
  const node = workflow.subgraphs?.[subgraph ?? '']?.nodes[id]
  return node && { id, node, path: [...user.path, user.id] }
}
