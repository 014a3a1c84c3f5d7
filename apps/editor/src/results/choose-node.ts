import { isBorder } from '../document/scope.ts'
import { lookIntoRun, prefixOf } from '../run/look-into-run.ts'
import { graphOf } from '../session/editing/edit-graph.ts'
import type { Editor } from '../store/editor.ts'
import { nodeRunOf } from '../store/run-store.ts'

/**
 * The node whose results are meant: the selected one, or where that has none to compare (or nothing is selected) the
 * one with the most to compare. Undefined where nothing is selected and nothing ran for several values.
 */
export function chooseNode(editor: Editor): string | undefined {
  const [selected] = editor.front.view.getState().selectedNodes
  const counts = countResults(editor)
  if (selected !== undefined && (counts.get(selected) ?? 0) > 0) return selected
  const [richest, count] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), ['', 0])
  return count > 0 ? richest : selected
}

/** How much there is to compare, by node: its cells; more of what collects them, which shows them as they are wanted. */
function countResults(editor: Editor): Map<string, number> {
  const run = lookIntoRun(editor.front.run.getState(), prefixOf(editor.front.document.getState().path))
  const types = editor.server.getState().byType
  return new Map(
    Object.entries(graphOf(editor).nodes)
      .filter(([id]) => !isBorder(id))
      .map(([id, { type }]) => {
        const cells = Object.keys(nodeRunOf(run, id)?.cells ?? {}).length
        const description = types.get(type)
        const collects = description?.sink === true && description.inputs.some((input) => input.collects)
        return [id, collects && cells > 0 ? Infinity : cells > 1 ? cells : 0]
      }),
  )
}
