import type { SavedWorkflow } from '@woolgather/protocol'
import { describeTypes } from '@woolgather/workflow'
import type { Content } from '../../store/document-store.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import { describeError } from '../../store/describe-error.ts'
import { arrangeNodes } from '../../layout/arrange-nodes.ts'
import { findMissing, tellMissing } from '../checking/find-missing.ts'
import { openTab, replaceTab, switchTab, tabOf } from './tabs.ts'

/** Opens a workflow of the server, or its tab, and tells what is missing for it. */
export async function openFromServer(editor: Editor, id: string): Promise<void> {
  if (showTabOf(editor, id)) return
  const saved = await fetchSaved(editor, id)
  if (saved) showSaved(editor, saved)
}

/** A workflow of the server. Where it cannot be had, why is told. */
export async function fetchSaved(editor: Editor, id: string): Promise<SavedWorkflow | undefined> {
  return editor.client.ask('workflow', { id }).catch((error: unknown) => {
    editor.workbench.getState().notify('error', ...describeError(error))
    return undefined
  })
}

/**
 * Opens what was fetched, or the tab that has it already, with what was done in it. An example is opened as a copy:
 * saving it makes a new one.
 */
export function showSaved(editor: Editor, { id, workflow, revision, example }: SavedWorkflow): void {
  if (showTabOf(editor, id)) return
  const tab = show(editor, { workflow, origin: example ? {} : { id, revision } })
  void findMissing(editor, tab).then((missing) => {
    if (missing && tab === editor.front) tellMissing(editor, missing)
  })
}

/** Brings the tab to the front that has a workflow of the server, where there is one. */
function showTabOf(editor: Editor, id: string): boolean {
  const tab = tabOf(editor, id)
  if (tab !== undefined) switchTab(editor, tab)
  return tab !== undefined
}

export function openEmpty(editor: Editor): void {
  openTab(editor)
}

/** Opens a workflow in a tab of its own. */
export function show(editor: Editor, content: Content): Tab {
  return openTab(editor, place(editor, content))
}

/** Opens another workflow in the place of the one in front. */
export function showInstead(editor: Editor, content: Content): void {
  replaceTab(editor, editor.front, place(editor, content))
}

/** Nodes that never had a place get one. */
function place(editor: Editor, content: Content): Content {
  const types = describeTypes(content.workflow, editor.server.getState().nodes ?? [])
  return { ...content, workflow: arrangeNodes(content.workflow, types) }
}
