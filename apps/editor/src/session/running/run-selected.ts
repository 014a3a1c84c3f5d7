import { placesIn } from '../../document/find-place.ts'
import { prefixOf } from '../../run/look-into-run.ts'
import { selectedNodes } from '../editing/selected-nodes.ts'
import type { Editor } from '../../store/editor.ts'
import { graphOf } from '../editing/edit-graph.ts'
import { runWorkflow } from './run-workflow.ts'

/** Runs what is selected, and of the rest only what that needs. */
export function runToSelected(editor: Editor): void {
  void runWorkflow(editor, { targets: targetsOf(editor) })
}

/** Computes what is selected anew, whatever the cache holds; what it needs comes from there where it can. */
export function runSelected(editor: Editor): void {
  const targets = targetsOf(editor)
  const { present } = editor.front.document.getState().history
  const fresh = placesIn(present)
    .map(({ id, path }) => prefixOf(path) + id)
    .filter((path) => targets.some((target) => path === target || path.startsWith(`${target}/`)))
    .map((node) => ({ node, at: {} }))
  void runWorkflow(editor, { targets, fresh })
}

/** Why what is selected cannot be run by itself. */
export function whyNotRun(editor: Editor): string | undefined {
  const { nodes } = graphOf(editor)
  const ids = selectedNodes(editor)
  if (ids.length === 0) return 'Select a node first'
  return ids.some((id) => nodes[id]?.mode === undefined)
    ? undefined
    : 'What is muted or bypassed does not run: let it run first'
}

/** The selected nodes as a run names them: through the subgraphs that were entered. */
function targetsOf(editor: Editor): string[] {
  const prefix = prefixOf(editor.front.document.getState().path)
  const { nodes } = graphOf(editor)
  return selectedNodes(editor)
    .filter((id) => nodes[id]?.mode === undefined)
    .map((id) => prefix + id)
}
