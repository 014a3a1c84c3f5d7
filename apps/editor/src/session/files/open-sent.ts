import { openedBeginning } from '@woolgather/workflow'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'
import { findMissing, tellMissing } from '../checking/find-missing.ts'
import { show } from './open-workflow.ts'
import { holdsWorkflow, unpackWorkflow } from './workflow-link.ts'

/** What the address of the page holds or names, which is taken out of it: reloading must not open it again. */
export function takeSent(): string | undefined {
  const { hash, pathname, search } = location
  if (!holdsWorkflow(hash) && !hash.startsWith(openedBeginning)) return undefined
  history.replaceState(null, '', pathname + search)
  return hash
}

/** Opens it in a tab of its own. Nothing runs. */
export async function openSent(editor: Editor, hash: string): Promise<void> {
  if (hash.startsWith(openedBeginning)) await openHanded(editor, hash.slice(openedBeginning.length))
  else await openLinked(editor, hash)
}

/** What a link holds anybody may have written: it is said that it comes from somebody. */
async function openLinked(editor: Editor, hash: string): Promise<void> {
  const { workflow, issue } = await unpackWorkflow(hash)
  if (!workflow) return editor.workbench.getState().notify('error', issue.message, issue.hint)
  show(editor, { workflow, unsaved: true })
  editor.workbench.setState({ dialog: { kind: 'sent', workflow } })
}

/** What the server was started with is the user's own: only what is missing for it is told. */
async function openHanded(editor: Editor, id: string): Promise<void> {
  try {
    const workflow = await editor.client.ask('openedWorkflow', { id })
    const tab = show(editor, { workflow, unsaved: true })
    const missing = await findMissing(editor, tab)
    if (missing && tab === editor.front) tellMissing(editor, missing)
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}

/** A link pasted over the address of an open page changes only its end, and loads nothing. */
export function watchAddress(editor: Editor): void {
  window.addEventListener('hashchange', () => {
    const hash = takeSent()
    if (hash !== undefined) void openSent(editor, hash)
  })
}
