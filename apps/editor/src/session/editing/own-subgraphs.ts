import { subgraphPrefix, type NodeDescription, type Workflow } from '@woolgather/workflow'
import { subgraphAt, subgraphOf } from '../../document/scope.ts'
import type { Editor } from '../../store/editor.ts'
import { presentOf } from './edit-graph.ts'

/** The subgraphs of the workflow that can be used in the open graph: none that would then contain itself. */
export function ownSubgraphs(editor: Editor): NodeDescription[] {
  const workflow = presentOf(editor)
  const here = subgraphAt(workflow, editor.front.document.getState().path)
  const types = editor.server.getState().byType
  return Object.keys(workflow.subgraphs ?? {})
    .filter((id) => here === undefined || !contains(workflow, id, here))
    .flatMap((id) => types.get(subgraphPrefix + id) ?? [])
}

function contains(
  workflow: Workflow,
  id: string,
  wanted: string,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (id === wanted) return true
  if (seen.has(id)) return false
  const inner = Object.values(workflow.subgraphs?.[id]?.nodes ?? {}).flatMap((node) => subgraphOf(node) ?? [])
  return inner.some((other) => contains(workflow, other, wanted, new Set([...seen, id])))
}
