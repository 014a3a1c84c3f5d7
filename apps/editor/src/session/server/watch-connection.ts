import type { Editor } from '../../store/editor.ts'
import { describeError, unreachable } from '../../store/describe-error.ts'
import { loadLibrary } from './load-library.ts'

/** Says when the server is back. It may be a newer one: its library is fetched again. */
export function watchConnection(editor: Editor): void {
  editor.server.subscribe((state, before) => {
    if (state.connection !== 'open' || before.connection === 'open') return
    if (before.connection === 'lost') welcomeBack(editor)
    loadLibrary(editor).catch((error: unknown) => {
      editor.workbench.getState().notify('error', ...describeError(error))
    })
  })
}

/** What failed because there was no server is no longer news. */
function welcomeBack(editor: Editor): void {
  const { notices, dismiss, notify } = editor.workbench.getState()
  for (const { id, text } of notices) if (text === unreachable) dismiss(id)
  notify('info', 'The server is back')
}

/** Whether the server hears what is sent to it now; where it does not, says what did not happen. */
export function hearsUs(editor: Editor, undone: string): boolean {
  const connected = editor.server.getState().connection === 'open'
  if (!connected) editor.workbench.getState().notify('info', `${undone}: the server cannot be reached`)
  return connected
}
