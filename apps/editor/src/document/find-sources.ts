import type { ConstraintSource } from '@woolgather/constraint/check'
import {
  subgraphPrefix,
  type InputDescription,
  type Json,
  type NodeDescription,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'

/** A text that says what an answer must match, and the input it is typed in. */
export interface TypedSource {
  /** As problems name it: inside a subgraph with the subgraph before it. */
  node: string
  input: string
  source: ConstraintSource
}

type Types = ReadonlyMap<string, NodeDescription>

/** Every grammar, regular expression and schema of a workflow that is typed, not linked, and going to be used. */
export function findSources(workflow: Workflow, types: Types): TypedSource[] {
  const inside = Object.entries(workflow.subgraphs ?? {})
  return [
    ...sourcesAmong(workflow.nodes, '', types),
    ...inside.flatMap(([id, { nodes }]) => sourcesAmong(nodes, `${subgraphPrefix}${id}/`, types)),
  ]
}

function sourcesAmong(nodes: Workflow['nodes'], prefix: string, types: Types): TypedSource[] {
  return Object.entries(nodes).flatMap(([id, node]) => {
    if (node.mode !== undefined) return []
    return (types.get(node.type)?.inputs ?? []).flatMap((input) => {
      const source = sourceIn(node, input, types.get(node.type)!)
      return source ? [{ node: prefix + id, input: input.name, source }] : []
    })
  })
}

function sourceIn(
  node: WorkflowNode,
  { name, language }: InputDescription,
  { inputs }: NodeDescription,
): ConstraintSource | undefined {
  const value = node.inputs?.[name]
  if (value === undefined || value === '' || node.links?.[name] !== undefined) return undefined
  /** What an input beside it is set to; a link can bring anything. */
  const beside = (other: string): Json | undefined =>
    node.links?.[other] === undefined
      ? (node.inputs?.[other] ?? inputs.find((input) => input.name === other)?.default)
      : undefined
  // What references lead to comes over the link.
  if (language === 'json-schema' && node.links?.['documents'] !== undefined) return undefined
  if (language === 'json-schema') return schemaSource(value, beside)
  if (typeof value !== 'string') return undefined
  if (language === 'regex') return { kind: 'regex', pattern: value }
  if (language !== 'grammar' || node.links?.['notation'] !== undefined) return undefined
  const start = beside('start')
  if (beside('notation') !== 'lark') return { kind: 'gbnf', text: value }
  return typeof start === 'string' ? { kind: 'lark', text: value, start } : undefined
}

function schemaSource(
  value: Json,
  beside: (other: string) => Json | undefined,
): ConstraintSource | undefined {
  if (typeof value === 'string' && !isJson(value)) return undefined
  const closed = beside('closedObjects')
  const strict = beside('strict')
  const propertyOrder = beside('propertyOrder')
  const documents = beside('documents')
  return {
    kind: 'json-schema',
    schema: value,
    ...(typeof closed === 'boolean' && { closedObjects: closed }),
    ...(typeof strict === 'boolean' && { strict }),
    ...(propertyOrder === 'any' && { propertyOrder }),
    ...(isRecord(documents) && { documents }),
  }
}

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
