import type { Json } from '../json/json.ts'
import { keepOrder } from '../json/ordered-json.ts'

/** Inputs whose literals are JSON Schemas, by the type of the node: what is asked for comes in the order of their keys. */
export const schemaInputs: Readonly<Record<string, string | undefined>> = { 'steering/json-schema': 'schema' }

/**
 * A workflow as it was parsed, with schemas whose order JavaScript forgets as text of them. The nodes take text, too,
 * and nothing that a workflow goes through could keep the order otherwise.
 */
export function keepKeyOrder(workflow: object): object {
  const { nodes, subgraphs } = workflow as { nodes?: unknown; subgraphs?: unknown }
  return {
    ...workflow,
    ...(isObject(nodes) && { nodes: mapValues(nodes, keepInNode) }),
    ...(isObject(subgraphs) && { subgraphs: mapValues(subgraphs, keepInSubgraph) }),
  }
}

function keepInSubgraph(subgraph: unknown): unknown {
  if (!isObject(subgraph) || !isObject(subgraph['nodes'])) return subgraph
  return { ...subgraph, nodes: mapValues(subgraph['nodes'], keepInNode) }
}

function keepInNode(node: unknown): unknown {
  if (!isObject(node) || !isObject(node['inputs'])) return node
  const { type, inputs } = node as { type: unknown; inputs: Record<string, Json> }
  const name = typeof type === 'string' && Object.hasOwn(schemaInputs, type) ? schemaInputs[type] : undefined
  if (name === undefined || !Object.hasOwn(inputs, name)) return node
  return { ...node, inputs: { ...inputs, [name]: keepOrder(inputs[name]!) } }
}

/** Keys that JavaScript gives a meaning stay keys. */
function mapValues(record: Record<string, unknown>, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
