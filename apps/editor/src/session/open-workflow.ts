import type { SavedWorkflow } from '@woolgather/protocol'
import { describeTypes, type Workflow } from '@woolgather/workflow'
import { emptyWorkflow, type Origin } from '../store/document-store.ts'
import type { Editor } from '../store/editor.ts'
import { describeError } from './describe-error.ts'
import { arrangeNodes } from './arrange-nodes.ts'
import { findMissing, tellMissing } from './find-missing.ts'
import { freshTab, openTab, replaceTab, switchTab, tabOf } from './tabs.ts'

/** Opens a workflow of the server, or its tab, and tells what is missing for it. */
export async function openFromServer(editor: Editor, id: string): Promise<void> {
  if (showTabOf(editor, id)) return
  const saved = await fetchSaved(editor, id)
  if (saved) showSaved(editor, saved)
}

/** A workflow of the server. Where it cannot be had, why is told. */
export async function fetchSaved(editor: Editor, id: string): Promise<SavedWorkflow | undefined> {
  return editor.client.workflow(id).catch((error: unknown) => {
    editor.view.getState().notify('error', ...describeError(error))
    return undefined
  })
}

/**
 * Opens what was fetched, or the tab that has it already, with what was done in it. An example is opened as a copy:
 * saving it makes a new one.
 */
export function showSaved(editor: Editor, { id, workflow, revision, example }: SavedWorkflow): void {
  if (showTabOf(editor, id)) return
  show(editor, workflow, example ? {} : { id, revision }, true)
  void findMissing(editor).then((missing) => missing && tellMissing(editor, missing))
}

/** Brings the tab to the front that has a workflow of the server, where there is one. */
function showTabOf(editor: Editor, id: string): boolean {
  const tab = tabOf(editor, id)
  if (tab !== undefined) switchTab(editor, tab)
  return tab !== undefined
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
