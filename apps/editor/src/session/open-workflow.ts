import { describeTypes, parseWorkflow, type Workflow } from '@woolgather/workflow'
import { emptyWorkflow } from '../store/document-store.ts'
import type { Editor } from '../store/editor.ts'
import { describeError } from './describe-error.ts'
import { arrangeNodes } from './arrange-nodes.ts'

/** Opens a workflow of the server. An example is opened as a copy: saving it makes a new one. */
export async function openFromServer(editor: Editor, id: string): Promise<void> {
  try {
    const { workflow, revision, example } = await editor.client.workflow(id)
    show(editor, workflow, example ? {} : { id, revision }, true)
  } catch (error) {
    editor.view.getState().notify('error', ...describeError(error))
  }
}

export function openEmpty(editor: Editor): void {
  show(editor, emptyWorkflow, {}, true)
}

/** Opens a workflow file from disk. What cannot be read is said, and what was open stays open. */
export async function openFile(editor: Editor, file: File): Promise<void> {
  const parsed = parseWorkflow(await file.text())
  if (parsed.workflow) return show(editor, parsed.workflow, {}, false)
  const [first] = parsed.issues
  editor.view
    .getState()
    .notify('error', `${file.name} cannot be opened: ${first?.message ?? 'not a workflow'}`, first?.hint)
}

/** Shows another document. Runs and selection of the one before are let go. */
export function show(
  editor: Editor,
  workflow: Workflow,
  origin: { id?: string; revision?: string },
  saved: boolean,
): void {
  const placed = arrangeNodes(workflow, describeTypes(workflow, editor.server.getState().nodes ?? []))
  editor.run.getState().clear()
  editor.view.setState({ results: undefined })
  editor.view.getState().select([])
  editor.document.getState().open(placed, origin, saved ? placed : undefined)
}
