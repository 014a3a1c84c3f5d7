import { WoolgatherError, type Workflow } from '@woolgather/workflow'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import { loadWorkflows } from '../server/load-library.ts'
import { saveFile } from './save-file.ts'
import { presentOf } from '../editing/edit-graph.ts'
import { isOpen, switchTab } from './tabs.ts'

/** Saves to the server: over the revision that was read, or as a new workflow. Another's changes are never lost. */
export async function saveWorkflow(editor: Editor, tab: Tab = editor.front): Promise<void> {
  const { id, revision } = tab.document.getState().origin
  if (id === undefined) return saveCopy(editor, tab)
  await put(editor, tab, id, revision)
}

/** Saves as a workflow of its own, under a free id made from its name. */
export async function saveCopy(editor: Editor, tab: Tab = editor.front): Promise<void> {
  try {
    await loadWorkflows(editor)
  } catch (error) {
    return editor.workbench.getState().notify('error', ...describeError(error))
  }
  const taken = new Set(editor.server.getState().workflows.map(({ id }) => id))
  await put(editor, tab, freeId(tab.document.getState().history.present.name, taken), undefined)
}

/** Replaces what another tab or person saved, after they were asked. */
export async function saveOver(editor: Editor, id: string, theirRevision: string): Promise<void> {
  await put(editor, editor.front, id, theirRevision)
}

/** Saves what is in a tab, which may go behind another while it is saved. */
async function put(editor: Editor, tab: Tab, id: string, revision: string | undefined): Promise<void> {
  const { history, markSaved } = tab.document.getState()
  const workflow = history.present
  const { notify } = editor.workbench.getState()
  try {
    const saved = await editor.client.ask('saveWorkflow', { id, body: { workflow, revision } })
    markSaved(workflow, { id: saved.id, revision: saved.revision })
    notify('info', `Saved “${workflow.name}”`)
    await loadWorkflows(editor).catch(() => undefined)
  } catch (error) {
    if (!isConflict(error) || !(await askAboutConflict(editor, tab, id)))
      notify('error', ...describeError(error))
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof WoolgatherError && error.code === 'revision-conflict'
}

/** Asks which of two versions is to stay, before the tab that has one of them. False where that cannot be asked. */
async function askAboutConflict(editor: Editor, tab: Tab, id: string): Promise<boolean> {
  const theirs = await editor.client.ask('workflow', { id }).catch(() => undefined)
  if (!theirs || !isOpen(editor, tab)) return false
  switchTab(editor, tab)
  editor.workbench.setState({
    dialog: { kind: 'conflict', id, theirRevision: theirs.revision, theirs: theirs.workflow },
  })
  return true
}

/** Hands the document to the browser as a file. */
export function downloadWorkflow(editor: Editor): void {
  const workflow = presentOf(editor)
  saveFile(slug(workflow.name), 'json', formatWorkflow(workflow), 'application/json')
}

export function formatWorkflow(workflow: Workflow): string {
  return JSON.stringify(workflow, null, 2) + '\n'
}

function freeId(name: string, taken: ReadonlySet<string>): string {
  const base = slug(name)
  if (!taken.has(base)) return base
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`
}

function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return plain || 'workflow'
}
