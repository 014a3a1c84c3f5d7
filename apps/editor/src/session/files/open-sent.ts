import type { Editor } from '../../store/editor.ts'
import { show } from './open-workflow.ts'
import { holdsWorkflow, unpackWorkflow } from './workflow-link.ts'

/** What the address of the page holds, which is taken out of it: reloading must not open it again. */
export function takeSent(): string | undefined {
  const { hash, pathname, search } = location
  if (!holdsWorkflow(hash)) return undefined
  history.replaceState(null, '', pathname + search)
  return hash
}

/** Opens the workflow that a link holds in a tab of its own, and says that it comes from somebody. Nothing runs. */
export async function openSent(editor: Editor, hash: string): Promise<void> {
  const { workflow, issue } = await unpackWorkflow(hash)
  if (!workflow) return editor.workbench.getState().notify('error', issue.message, issue.hint)
  show(editor, { workflow, unsaved: true })
  editor.workbench.setState({ dialog: { kind: 'sent', workflow } })
}

/** A link pasted over the address of an open page changes only its end, and loads nothing. */
export function watchAddress(editor: Editor): void {
  window.addEventListener('hashchange', () => {
    const hash = takeSent()
    if (hash !== undefined) void openSent(editor, hash)
  })
}
