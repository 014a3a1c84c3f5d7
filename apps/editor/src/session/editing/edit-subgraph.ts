import { makeSubgraph } from '../../document/make-subgraph.ts'
import { isBorder, subgraphOf } from '../../document/scope.ts'
import { unpackSubgraph } from '../../document/unpack-subgraph.ts'
import type { Editor } from '../../store/editor.ts'
import { focusNode } from './focus-node.ts'
import { graphOf, presentOf } from './edit-graph.ts'

/** Makes a subgraph of what is selected; what keeps it from being one is said. */
export function makeSubgraphOfSelected(editor: Editor, flow: Parameters<typeof focusNode>[2]): void {
  const { selectedNodes, select } = editor.front.view.getState()
  const chosen = new Set([...selectedNodes].filter((id) => !isBorder(id)))
  const made = makeSubgraph(presentOf(editor), graphOf(editor), chosen, editor.server.getState().byType)
  if ('refused' in made) return editor.workbench.getState().notify('info', made.refused)
  editor.front.document.getState().closeStep()
  editor.front.document.getState().dispatch(made.action)
  select([made.id])
  focusNode(editor, made.id, flow)
}

/** The selected nodes that stand for subgraphs. */
export function selectedSubgraphs(editor: Editor): string[] {
  const { nodes } = graphOf(editor)
  return [...editor.front.view.getState().selectedNodes].filter((id) => subgraphOf(nodes[id]) !== undefined)
}

/** Puts the nodes of the selected subgraphs in their place. */
export function unpackSelected(editor: Editor): void {
  const { dispatch, closeStep } = editor.front.document.getState()
  const unpacked: string[] = []
  closeStep()
  for (const id of selectedSubgraphs(editor)) {
    const result = unpackSubgraph(presentOf(editor), graphOf(editor), id, editor.server.getState().byType)
    if (!result) continue
    dispatch(result.action)
    unpacked.push(...result.ids.values())
  }
  if (unpacked.length > 0) editor.front.view.getState().select(unpacked)
}
