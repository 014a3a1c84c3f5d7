import type { Json, NodeDescription, Workflow, WorkflowNode } from '@woolgather/workflow'
import type { Row } from './read-rows.ts'

const gap = /\{\{\s*([^{}]+?)\s*\}\}/g

/** Whether a name differs from row to row: `{{row}}`, or a column of the table. */
export function namesRow(name: string, columns: readonly string[]): boolean {
  return [...name.matchAll(gap)].some(([, key = '']) => key === 'row' || columns.includes(key))
}

/**
 * The workflow as it is for a row: in the names of files that its nodes write, `{{row}}` is the row's number, as in the
 * results, and `{{column}}` what it has there. Any other text stays as it is.
 */
export function nameFilesByRow(
  workflow: Workflow,
  descriptions: readonly NodeDescription[],
): (row: Row) => Workflow {
  const saving = new Map(
    descriptions.map(({ type, inputs }) => [type, inputs.filter(({ saves }) => saves === true)]),
  )
  const hasGap = (node: WorkflowNode): boolean =>
    (saving.get(node.type) ?? []).some(({ name }) => {
      const file = node.inputs?.[name]
      return typeof file === 'string' && file.search(gap) !== -1
    })
  const graphs = [workflow, ...Object.values(workflow.subgraphs ?? {})]
  if (!graphs.some(({ nodes }) => Object.values(nodes).some(hasGap))) return () => workflow

  const nameIn = (nodes: Workflow['nodes'], row: Row): Workflow['nodes'] =>
    mapValues(nodes, (node) => {
      if (!hasGap(node)) return node
      const named = (saving.get(node.type) ?? []).flatMap(({ name }) => {
        const file = node.inputs?.[name]
        return typeof file === 'string' ? [[name, fillName(file, row)]] : []
      })
      return { ...node, inputs: { ...node.inputs, ...(Object.fromEntries(named) as Record<string, Json>) } }
    })
  return (row) => ({
    ...workflow,
    nodes: nameIn(workflow.nodes, row),
    ...(workflow.subgraphs && {
      subgraphs: mapValues(workflow.subgraphs, (one) => ({ ...one, nodes: nameIn(one.nodes, row) })),
    }),
  })
}

function mapValues<Value>(
  record: Record<string, Value>,
  map: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function fillName(name: string, { number, values }: Row): string {
  return name.replaceAll(gap, (whole, key: string) => {
    if (key === 'row') return String(number)
    return Object.hasOwn(values, key) ? asPartOfName(values[key] as Json) : whole
  })
}

/** What a row has may be any text: no part of it is a folder, or more than a name can be. */
function asPartOfName(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const plain = text.replaceAll(/[\\/:*?"<>|\p{Cc}\s]+/gu, ' ').trim()
  return [...plain].slice(0, 60).join('').replace(/^\.+/, '').trim() || 'empty'
}
