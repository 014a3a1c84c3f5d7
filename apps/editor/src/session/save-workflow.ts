import { WoolgatherError, type Workflow } from '@woolgather/workflow'
import type { Editor } from '../store/editor.ts'
import { describeError } from './describe-error.ts'
import { presentOf } from './edit-graph.ts'
import { saveFile } from './save-file.ts'
import { loadWorkflows } from './load-library.ts'

/** Saves to the server: over the revision that was read, or as a new workflow. Another's changes are never lost. */
export async function saveWorkflow(editor: Editor): Promise<void> {
  const { id, revision } = editor.document.getState().origin
  if (id === undefined) return saveCopy(editor)
  await put(editor, id, revision)
}

/** Saves as a workflow of its own, under a free id made from its name. */
export async function saveCopy(editor: Editor): Promise<void> {
  try {
    await loadWorkflows(editor)
  } catch (error) {
    return editor.view.getState().notify('error', ...describeError(error))
  }
  const taken = new Set(editor.server.getState().workflows.map(({ id }) => id))
  await put(editor, freeId(presentOf(editor).name, taken), undefined)
}

/** Replaces what another tab or person saved, after they were asked. */
export async function saveOver(editor: Editor, id: string, theirRevision: string): Promise<void> {
  await put(editor, id, theirRevision)
}

async function put(editor: Editor, id: string, revision: string | undefined): Promise<void> {
  const workflow = presentOf(editor)
  const { notify } = editor.view.getState()
  try {
    const saved = await editor.client.saveWorkflow(id, { workflow, revision })
    editor.document.getState().markSaved(workflow, { id: saved.id, revision: saved.revision })
    notify('info', `Saved “${workflow.name}”`)
    await loadWorkflows(editor).catch(() => undefined)
  } catch (error) {
    if (!isConflict(error)) return notify('error', ...describeError(error))
    const theirs = await editor.client.workflow(id)
    editor.view.setState({
      dialog: { kind: 'conflict', id, theirRevision: theirs.revision, theirs: theirs.workflow },
    })
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof WoolgatherError && error.code === 'revision-conflict'
}

/** Hands the document to the browser as a file. */
export function downloadWorkflow(editor: Editor): void {
  const workflow = presentOf(editor)
  saveFile(`${slug(workflow.name)}.json`, formatWorkflow(workflow), 'application/json')
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
