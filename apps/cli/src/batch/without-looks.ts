import type { Workflow, WorkflowNode } from '@woolgather/workflow'

/** A workflow as far as it makes a difference to results: not how it is called and drawn, nor where models come from. */
export function withoutLooks({ nodes, subgraphs = {} }: Workflow): Pick<Workflow, 'nodes' | 'subgraphs'> {
  const plain = Object.entries(subgraphs).map(([id, subgraph]) => [
    id,
    { ...subgraph, groups: undefined, view: undefined, nodes: plainNodes(subgraph.nodes) },
  ])
  return { nodes: plainNodes(nodes), subgraphs: Object.fromEntries(plain) as Workflow['subgraphs'] }
}

function plainNodes(nodes: Readonly<Record<string, WorkflowNode>>): Record<string, WorkflowNode> {
  return Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, { ...node, view: undefined }]))
}
