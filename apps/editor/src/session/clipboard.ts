import { parseWorkflow } from '@woolgather/workflow'
import type { Editor } from '../store/editor.ts'
import type { Point } from '../store/view-store.ts'
import { copySelected, pasteAt, removeSelected } from './edit-graph.ts'

/** Whether the keyboard belongs to a field at the moment, and shortcuts must keep away. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.closest('input:not([type=range]):not([type=checkbox]), textarea, select, dialog') !== null
  )
}

/**
 * Nodes travel over the system's clipboard as workflow JSON: between tabs, and to and from any text. `place` says
 * where the pointer is, in graph units. Returns how to stop.
 */
export function watchClipboard(editor: Editor, place: () => Point): () => void {
  const mine = (event: ClipboardEvent): boolean =>
    !isTyping(event.target) && (event.type === 'paste' || document.getSelection()?.isCollapsed !== false)
  const copy = (event: ClipboardEvent): void => {
    const text = mine(event) ? copySelected(editor) : undefined
    if (text === undefined) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    if (event.type === 'cut') removeSelected(editor)
    else editor.view.getState().notify('info', 'Copied')
  }
  const paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (!mine(event) || !text.trimStart().startsWith('{')) return
    event.preventDefault()
    const parsed = parseWorkflow(text)
    if (parsed.workflow) pasteAt(editor, parsed.workflow, place())
    else
      editor.view
        .getState()
        .notify('error', `What was copied is no workflow: ${parsed.issues[0]?.message ?? ''}`)
  }
  document.addEventListener('copy', copy)
  document.addEventListener('cut', copy)
  document.addEventListener('paste', paste)
  return () => {
    document.removeEventListener('copy', copy)
    document.removeEventListener('cut', copy)
    document.removeEventListener('paste', paste)
  }
}
