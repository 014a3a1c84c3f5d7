import type { WorkflowRevision } from '@woolgather/protocol'
import type { Editor } from '../../store/editor.ts'
import { describeError } from '../../store/describe-error.ts'
import { show } from './open-workflow.ts'

/** Shows the states that the workflow in front was saved in. */
export function showRevisions(editor: Editor): void {
  const { id } = editor.front.document.getState().origin
  if (id !== undefined) return editor.workbench.setState({ dialog: { kind: 'revisions', id } })
  editor.workbench
    .getState()
    .notify('info', 'It was not saved to the server yet: there are no earlier versions.')
}

/** Opens an earlier version in a tab of its own; saved from there, it is another workflow. */
export async function openRevision(
  editor: Editor,
  id: string,
  { revision }: WorkflowRevision,
): Promise<void> {
  const found = await read(editor, id, revision)
  if (found) show(editor, { workflow: found, unsaved: true })
}

/** Makes the workflow in front what it once was, as one change: nothing is overwritten before it is saved. */
export async function restoreRevision(
  editor: Editor,
  id: string,
  { revision }: WorkflowRevision,
): Promise<void> {
  const tab = editor.front
  const found = await read(editor, id, revision)
  const { origin, enter, closeStep, dispatch } = tab.document.getState()
  if (!found || origin.id !== id) return
  enter([])
  closeStep()
  dispatch({ type: 'workflow.replace', workflow: found })
  closeStep()
  editor.workbench
    .getState()
    .notify('info', 'The workflow is what it was. Save to keep it so; undo takes it back.')
}

async function read(editor: Editor, id: string, revision: string) {
  try {
    return (await editor.client.ask('revision', { id, revision })).workflow
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
    return undefined
  }
}
