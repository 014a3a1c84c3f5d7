import type { SavedWorkflow } from '@woolgather/protocol'
import { WoolgatherError, type Workflow } from '@woolgather/workflow'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import type { Dialog } from '../../store/workbench-store.ts'
import { loadWorkflows } from '../server/load-library.ts'
import { digestWorkflow } from './digest-workflow.ts'
import { saveFile } from './save-file.ts'
import { presentOf } from '../editing/edit-graph.ts'
import { hasUnsaved, isOpen, switchTab } from './tabs.ts'

/**
 * Saves to the server: over the revision that was read, or as a new workflow. Another's changes are never lost. Asked for
 * while a save is under way, it saves afterwards what has changed since.
 */
export async function saveWorkflow(editor: Editor, tab: Tab = editor.front): Promise<void> {
  for (let under = savingOf(tab); under; under = savingOf(tab)) {
    await under
    if (!hasUnsaved(tab) || editor.workbench.getState().dialog !== undefined) return
  }
  const { id, revision, sent } = tab.document.getState().origin
  if (id !== undefined) await put(editor, tab, id, revision)
  else if (sent) await put(editor, tab, sent.id, undefined)
  else await saveAs(editor, tab)
}

const savingOf = ({ document }: Tab): Promise<void> | undefined => document.getState().saving

/** Shows that something of a tab is being saved, for as long as it is. */
async function saveInTurn({ document }: Tab, save: () => Promise<void>): Promise<void> {
  const saving = save().finally(() => document.setState({ saving: undefined }))
  document.setState({ saving })
  await saving
}

/** Asks what it is to be called, then saves it as a workflow of its own. Not answered, nothing is saved. */
export async function saveAs(editor: Editor, tab: Tab = editor.front): Promise<void> {
  const { origin, history } = tab.document.getState()
  const before = history.present.name
  // Renamed since it was saved it has a name of its own already.
  const sameName = origin.id !== undefined && origin.id === slug(before)
  const name = await askName(editor, tab, sameName ? `${before} copy` : before)
  if (name === undefined) return
  const { dispatch, closeStep } = tab.document.getState()
  if (name !== tab.document.getState().history.present.name) {
    closeStep()
    dispatch({ type: 'workflow.rename', name })
    closeStep()
  }
  await saveCopy(editor, tab)
}

/** Asks for a name before the tab that gets it. Undefined where the question is closed. */
function askName(editor: Editor, tab: Tab, suggested: string): Promise<string | undefined> {
  switchTab(editor, tab)
  return new Promise((resolve) => {
    let given: string | undefined
    const answer = (name: string): void => {
      given = name.trim() || undefined
      editor.workbench.setState({ dialog: undefined })
    }
    const dialog: Dialog = { kind: 'name', name: suggested, answer }
    editor.workbench.setState({ dialog })
    const stop = editor.workbench.subscribe((state) => {
      if (state.dialog === dialog) return
      stop()
      resolve(given)
    })
  })
}

/** Saves as a workflow of its own, under a free id made from its name: renamed later, it keeps that. */
export async function saveCopy(editor: Editor, tab: Tab = editor.front): Promise<void> {
  // Looked at again in the very moment before the next begins: several may have waited for the same one.
  for (let under = savingOf(tab); under; under = savingOf(tab)) await under
  await saveInTurn(tab, async () => {
    try {
      await loadWorkflows(editor)
    } catch (error) {
      return editor.workbench.getState().notify('error', ...describeError(error))
    }
    await send(editor, tab, idFor(editor, tab.document.getState().history.present.name), undefined)
  })
}

/** Replaces what another tab or person saved, after they were asked. */
export async function saveOver(editor: Editor, id: string, theirRevision: string): Promise<void> {
  await put(editor, editor.front, id, theirRevision)
}

/** Saves what is in a tab, which may go behind another while it is saved. */
function put(editor: Editor, tab: Tab, id: string, revision: string | undefined): Promise<void> {
  return saveInTurn(tab, () => send(editor, tab, id, revision))
}

async function send(editor: Editor, tab: Tab, id: string, revision: string | undefined): Promise<void> {
  const { history, markSaved, markSent } = tab.document.getState()
  const workflow = history.present
  const { notify } = editor.workbench.getState()
  markSent(id, digestWorkflow(workflow))
  try {
    const saved = await saveOverOwn(editor, tab, id, workflow, revision)
    markSaved(workflow, { id: saved.id, revision: saved.revision })
    notify('info', `Saved “${workflow.name}”`)
    await loadWorkflows(editor).catch(() => undefined)
  } catch (error) {
    if (!isConflict(error) || !(await askAboutConflict(editor, tab, id)))
      notify('error', ...describeError(error))
  }
}

/** Saves over a revision, or over what this page sent itself after it: the answer to that was lost. */
async function saveOverOwn(
  editor: Editor,
  { document }: Tab,
  id: string,
  workflow: Workflow,
  revision: string | undefined,
): Promise<SavedWorkflow> {
  try {
    return await editor.client.ask('saveWorkflow', { id, body: { workflow, revision } })
  } catch (error) {
    if (!isConflict(error)) throw error
    const found = await editor.client.ask('workflow', { id }).catch(() => undefined)
    const { sent } = document.getState().origin
    if (!found || !sent?.digests.includes(digestWorkflow(found.workflow))) throw error
    return editor.client.ask('saveWorkflow', { id, body: { workflow, revision: found.revision } })
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

/** Hands the document to the browser as a file, to be sent to somebody. */
export async function downloadWorkflow(editor: Editor): Promise<void> {
  const workflow = await withModels(editor, presentOf(editor))
  saveFile(workflow.name, 'json', formatWorkflow(workflow), 'application/json')
}

/**
 * The document with the models it needs: hash, size, and where each was downloaded from. Without a server it is given
 * on as it is, which is said.
 */
export async function withModels(editor: Editor, workflow: Workflow): Promise<Workflow> {
  try {
    return await editor.client.ask('shareWorkflow', { body: workflow })
  } catch (error) {
    const [text] = describeError(error)
    editor.workbench.getState().notify('info', `Given on without where its models come from: ${text}`)
    return workflow
  }
}

export function formatWorkflow(workflow: Workflow): string {
  return JSON.stringify(workflow, null, 2) + '\n'
}

/** The id that a workflow of this name is saved under, as far as is known here. */
export function idFor(editor: Editor, name: string): string {
  const taken = new Set(editor.server.getState().workflows.map(({ id }) => id))
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
