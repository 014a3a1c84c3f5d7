import { describeTypes } from '@woolgather/workflow'
import type { Editor } from '../store/editor.ts'
import { presentOf } from './edit-graph.ts'

/** Puts together the types the open document can use: the server's, and its own subgraphs seen from outside. */
export function updateTypes(editor: Editor): void {
  const { nodes = [] } = editor.server.getState()
  editor.server.setState({ byType: describeTypes(presentOf(editor), nodes) })
}

/** Keeps them up to date as other documents are opened. Returns how to stop. */
export function watchTypes(editor: Editor): () => void {
  return editor.document.subscribe((state, before) => {
    if (state.history.present.subgraphs !== before.history.present.subgraphs) updateTypes(editor)
  })
}
