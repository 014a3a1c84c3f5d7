import { titleOf } from '../ui/describe-node.ts'
import type { Editor } from '../store/editor.ts'
import { graphOf } from '../session/editing/edit-graph.ts'

/** Opens what a node made, where that is one text. */
export function readResult(editor: Editor, node: string): void {
  const found = graphOf(editor).nodes[node]
  const title = titleOf(found, editor.server.getState().byType.get(found?.type ?? ''))
  editor.workbench.setState({ dialog: { kind: 'read', title, cell: { node } } })
}

/** Opens in the whole window what has the keyboard: the field of an input, or the result of a node. */
export function openLarge(editor: Editor): void {
  const at = document.activeElement
  const place = at?.closest('.field, .app-field, .node-result')
  const button = place?.querySelector<HTMLElement>(':scope > .enlarge, :scope .enlarge')
  if (button) return button.click()
  const [selected] = editor.front.view.getState().selectedNodes
  if (selected !== undefined) readResult(editor, selected)
}
