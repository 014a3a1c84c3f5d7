import { parseWorkflow } from '@woolgather/workflow'
import type { Editor } from '../../store/editor.ts'
import { showKeys } from '../../store/show-keys.ts'
import type { Point } from '../../layout/free-place.ts'
import type { Surroundings } from '../../layout/free-place-in.ts'
import { placeOnGraph } from '../editing/open-search.ts'
import { copySelected, pasteAt, removeSelected } from '../editing/edit-graph.ts'
import { openSent } from './open-sent.ts'
import { linkedEnd } from './workflow-link.ts'

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
    !editor.workbench.getState().appView &&
    !isTyping(event.target) &&
    (event.type === 'paste' || document.getSelection()?.isCollapsed !== false)
  const copy = (event: ClipboardEvent): void => {
    const text = mine(event) ? copySelected(editor) : undefined
    if (text === undefined) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    if (event.type === 'cut') removeSelected(editor)
    else editor.workbench.getState().notify('info', 'Copied')
  }
  const paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (!mine(event) || (linkedEnd(text) === undefined && !text.trimStart().startsWith('{'))) return
    event.preventDefault()
    pasteText(editor, text, place())
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

/** Pastes what the clipboard holds, asked for from a menu: the browser may want to know that one agrees. */
export async function pasteFromClipboard(editor: Editor, flow: Surroundings): Promise<void> {
  const at = flow.screenToFlowPosition(placeOnGraph())
  try {
    pasteText(editor, await navigator.clipboard.readText(), at)
  } catch {
    editor.workbench
      .getState()
      .notify('info', `The browser did not let the clipboard be read: press ${showKeys('Mod+v')}`)
  }
}

/** Nodes come into the graph; a link that holds a workflow opens it, whatever address of Woolgather it begins with. */
function pasteText(editor: Editor, text: string, at: Point): void {
  const linked = linkedEnd(text)
  if (linked !== undefined) return void openSent(editor, linked)
  const parsed = parseWorkflow(text)
  if (parsed.workflow) return pasteAt(editor, parsed.workflow, at)
  const [first] = parsed.issues
  editor.workbench
    .getState()
    .notify('error', `What was copied is no workflow: ${first?.message ?? ''}`, first?.hint)
}
