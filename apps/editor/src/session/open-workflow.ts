import { describeTypes, type Workflow } from '@woolgather/workflow'
import { emptyWorkflow, type Origin } from '../store/document-store.ts'
import type { Editor } from '../store/editor.ts'
import { describeError } from './describe-error.ts'
import { arrangeNodes } from './arrange-nodes.ts'
import { findMissing, tellMissing } from './find-missing.ts'
import { freshTab, openTab, replaceTab, switchTab, tabOf } from './tabs.ts'

/**
 * Opens a workflow of the server, or its tab, and tells what is missing for it. An example is opened as a copy: saving
 * it makes a new one. Says whether it is open now.
 */
export async function openFromServer(editor: Editor, id: string): Promise<boolean> {
  const tab = tabOf(editor, id)
  if (tab !== undefined) {
    switchTab(editor, tab)
    return true
  }
  try {
    const { workflow, revision, example } = await editor.client.workflow(id)
    show(editor, workflow, example ? {} : { id, revision }, true)
    void findMissing(editor).then((missing) => missing && tellMissing(editor, missing))
    return true
  } catch (error) {
    editor.view.getState().notify('error', ...describeError(error))
    return false
  }
}

export function openEmpty(editor: Editor): void {
  show(editor, emptyWorkflow, {}, true)
}

/** Opens a workflow in a tab of its own. */
export function show(editor: Editor, workflow: Workflow, origin: Origin, saved: boolean): void {
  openTab(editor, freshTab(place(editor, workflow), origin, saved))
}

/** Puts another workflow in the place of the one in front. */
export function showInstead(editor: Editor, workflow: Workflow, origin: Origin): void {
  replaceTab(editor, freshTab(place(editor, workflow), origin, true))
}

/** Nodes that never had a place get one. */
function place(editor: Editor, workflow: Workflow): Workflow {
  return arrangeNodes(workflow, describeTypes(workflow, editor.server.getState().nodes ?? []))
}
