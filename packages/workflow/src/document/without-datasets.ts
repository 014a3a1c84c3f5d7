import type { Workflow, WorkflowNode } from './document.ts'

type Nodes = Record<string, WorkflowNode>

const datasetType = 'lora/dataset'
/** Nodes that say which model it is: nothing of what was learnt is in them. */
const tellsNothing = /^loading\//

/**
 * A workflow as files carry it: without what was typed for a model to learn, in datasets and in what leads to them.
 * People share what a model learnt, not the lines it learnt from.
 */
export function withoutDatasets(workflow: Workflow): Workflow {
  const { subgraphs = {} } = workflow
  const holds = (type: string, seen: readonly string[] = []): boolean => {
    if (type === datasetType) return true
    const id = type.startsWith('subgraph/') ? type.slice('subgraph/'.length) : undefined
    if (id === undefined || seen.includes(id) || !Object.hasOwn(subgraphs, id)) return false
    return Object.values(subgraphs[id]!.nodes).some((node) => holds(node.type, [...seen, id]))
  }
  const strip = (nodes: Nodes): Nodes => {
    const silent = leadingTo(nodes, ({ type }) => holds(type))
    if (silent.size === 0) return nodes
    return Object.fromEntries(
      Object.entries(nodes).map(([id, node]) => [id, silent.has(id) ? withoutTexts(node) : node]),
    )
  }
  const inner = Object.entries(subgraphs).map(([id, subgraph]): [string, typeof subgraph] => [
    id,
    { ...subgraph, nodes: strip(subgraph.nodes) },
  ])
  return {
    ...workflow,
    nodes: strip(workflow.nodes),
    ...(workflow.subgraphs && { subgraphs: Object.fromEntries(inner) }),
  }
}

/** The nodes of a kind, and all that something leads from to them. */
function leadingTo(nodes: Nodes, isOne: (node: WorkflowNode) => boolean): Set<string> {
  const found = new Set<string>()
  const visit = (id: string): void => {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined
    if (node === undefined || found.has(id) || tellsNothing.test(node.type)) return
    found.add(id)
    for (const links of Object.values(node.links ?? {})) {
      const all = (typeof links[0] === 'string' ? [links] : links) as readonly (readonly [string, string])[]
      for (const [from] of all) visit(from)
    }
  }
  for (const [id, node] of Object.entries(nodes)) if (isOne(node)) visit(id)
  return found
}

/** Numbers and choices of a word stay, as far as they say nothing: texts, lists and objects go. */
function withoutTexts(node: WorkflowNode): WorkflowNode {
  if (node.inputs === undefined) return node
  const kept = Object.entries(node.inputs).filter(
    ([name, value]) => typeof value === 'number' || typeof value === 'boolean' || choices.has(name),
  )
  return { ...node, inputs: Object.fromEntries(kept) }
}

/** Inputs of a dataset that are chosen, not written. */
const choices: ReadonlySet<string> = new Set(['format', 'trainOn', 'template'])
