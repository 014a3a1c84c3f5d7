import type { Coordinate } from '@woolgather/workflow'
import { prefixOf } from '../../run/look-into-run.ts'
import type { Editor } from '../../store/editor.ts'
import { hearsUs } from '../server/watch-connection.ts'
import { runWorkflow } from './run-workflow.ts'

/** Runs the workflow with some cells of a node computed anew; whatever did not change comes from the cache. */
export function runCellAgain(editor: Editor, node: string, at: Coordinate): void {
  void runWorkflow(editor, { fresh: [{ node: pathOf(editor, node), at }] })
}

/** Cancels cells of a node in the run that goes on, and with `branch` all that depends on them. */
export function cancelCell(editor: Editor, node: string, at: Coordinate, branch = false): void {
  const { run } = editor.front.run.getState()
  if (run && hearsUs(editor, 'Not cancelled'))
    editor.client.cancel(run.id, { node: pathOf(editor, node), at, ...(branch && { branch }) })
}

/** Has what runs of a node end with what it has so far. */
export function endEarly(editor: Editor, node: string): void {
  const { run } = editor.front.run.getState()
  if (run && hearsUs(editor, 'Not stopped'))
    editor.client.cancel(run.id, { node: pathOf(editor, node), at: {}, keep: true })
}

/** How a run names a node of the graph that is drawn: through the subgraphs that were entered. */
function pathOf(editor: Editor, node: string): string {
  return prefixOf(editor.front.document.getState().path) + node
}
