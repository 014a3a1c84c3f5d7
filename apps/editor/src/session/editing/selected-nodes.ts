import { isBorder } from '../../document/scope.ts'
import { graphOf } from './edit-graph.ts'
import type { Editor } from '../../store/editor.ts'

/** Ids of the selected nodes that the graph has. */
export function selectedNodes(editor: Editor): string[] {
  const { nodes } = graphOf(editor)
  return [...editor.front.view.getState().selectedNodes].filter((id) => nodes[id] && !isBorder(id))
}

/** For commands that need something selected to be done to. */
export const needsNode = (editor: Editor): string | undefined =>
  selectedNodes(editor).length > 0 ? undefined : 'Select a node first'
