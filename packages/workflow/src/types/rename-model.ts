import type { Workflow, WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'
import type { Descriptions } from './describe-subgraph.ts'
import { namesFiles, withSlashes } from './required-models.ts'

/** The workflow with another file for a model, wherever it names that: in nodes, in lists of models, and in what it requires. */
export function renameModel(
  workflow: Workflow,
  { from, to }: { from: string; to: string },
  descriptions: Descriptions,
): Workflow {
  const renameIn = (nodes: Record<string, WorkflowNode>): Record<string, WorkflowNode> =>
    mapValues(nodes, (node) => {
      if (node.inputs === undefined) return node
      const names = namesFiles(node.type, workflow, descriptions)
      const inputs = mapValues(node.inputs, (value, name) => (names(name) ? renamed(value, from, to) : value))
      return { ...node, inputs }
    })
  const { nodes, subgraphs, requires } = workflow
  return {
    ...workflow,
    nodes: renameIn(nodes),
    ...(subgraphs && {
      subgraphs: mapValues(subgraphs, (subgraph) => ({ ...subgraph, nodes: renameIn(subgraph.nodes) })),
    }),
    ...(requires?.models && {
      requires: {
        ...requires,
        models: requires.models.map((model) =>
          withSlashes(model.file) === from ? { ...model, file: to } : model,
        ),
      },
    }),
  }
}

function renamed(value: Json, from: string, to: string): Json {
  if (Array.isArray(value)) return value.map((item) => renamed(item, from, to))
  if (typeof value !== 'string') return value
  // One name, or several as an axis takes them: what is between them stays as it was written.
  if (withSlashes(value) === from) return to
  return value
    .split(/([\n,])/)
    .map((item) => (withSlashes(item.trim()) === from ? item.replace(item.trim(), () => to) : item))
    .join('')
}

function mapValues<Value>(
  record: Record<string, Value>,
  change: (value: Value, name: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
}
