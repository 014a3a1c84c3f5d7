import type { ImportedWorkflow } from '@woolgather/protocol'
import type { Editor } from '../../store/editor.ts'
import { describeError } from '../../store/describe-error.ts'
import { showMissing } from '../checking/find-missing.ts'
import { show } from './open-workflow.ts'

/**
 * Opens what a file is or carries (a workflow, an output, a table, a GGUF file) in a tab of its own. What is missing for
 * it is told once it is open. What cannot be read is said, and what was open stays open.
 */
export async function openFile(editor: Editor, file: File): Promise<void> {
  const { notify } = editor.workbench.getState()
  try {
    showImported(editor, file.name, await editor.client.ask('importWorkflow', { body: file }))
  } catch (error) {
    const [message, hint] = describeError(error)
    notify('error', `${file.name} cannot be opened: ${message}`, hint)
  }
}

/** Opens a workflow that was found in a file of that name. */
export function showImported(editor: Editor, name: string, imported: ImportedWorkflow): void {
  show(editor, { workflow: imported.workflow, unsaved: true })
  if (imported.carrier !== 'document')
    editor.workbench.getState().notify('info', `Opened the workflow that made ${name}`)
  showMissing(editor, imported.missing)
}
