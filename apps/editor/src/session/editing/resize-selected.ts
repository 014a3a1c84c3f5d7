import type { Editor } from '../../store/editor.ts'
import { graphOf } from './edit-graph.ts'

/** How high a node can be made, in graph units. */
export const heights: { least: number; most: number } = { least: 80, most: 3000 }

/** What one press of a key adds, in graph units. */
const step = 80

/** Makes nodes taller, or less so down to what is in them. */
export function makeTaller(editor: Editor, ids: readonly string[], by: 1 | -1): void {
  editor.front.document.getState().dispatch({
    type: 'batch',
    merge: `taller ${ids.join(' ')}`,
    actions: ids.map((id) => ({ type: 'node.resize', id, height: nextHeight(editor, id, by) })),
  })
}

/** Back to as high as what is in it. */
export function fitHeight(editor: Editor, id: string): void {
  editor.front.document.getState().dispatch({ type: 'node.resize', id, height: undefined })
}

function nextHeight(editor: Editor, id: string, by: 1 | -1): number | undefined {
  const set = graphOf(editor).nodes[id]?.view?.height
  const drawn = document.querySelector<HTMLElement>(`[data-node-id="${CSS.escape(id)}"]`)?.offsetHeight ?? 0
  if (by > 0) return Math.min(heights.most, Math.max(set ?? 0, drawn) + step)
  // What is in it keeps it higher than it was made: the height has no effect any more.
  if (set === undefined || drawn > set + 1 || set - step < heights.least) return undefined
  return set - step
}
