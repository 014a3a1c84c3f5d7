import { describeTypes } from '@woolgather/workflow'
import { arrangeNodes } from '../../layout/arrange-nodes.ts'
import type { Editor } from '../../store/editor.ts'
import { showKeys } from '../../store/show-keys.ts'
import type { Point } from '../../layout/free-place.ts'
import type { Surroundings } from '../../layout/free-place-in.ts'
import { placeOnGraph } from '../editing/open-search.ts'
import { copySelected, pasteAt, removeSelected } from '../editing/edit-graph.ts'
import { isTextChosen } from '../editing/watch-text-selection.ts'
import { readPasted } from './read-pasted.ts'
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

/** Milliseconds after a middle click in which Linux pastes what is selected: there it pans, and pastes nowhere. */
const middlePasteTime = 300

/**
 * Nodes travel over the system's clipboard as workflow JSON: between tabs, and to and from any text. `place` says
 * where the pointer is, in graph units. Returns how to stop.
 */
export function watchClipboard(editor: Editor, place: () => Point): () => void {
  const mine = (event: ClipboardEvent): boolean =>
    !editor.workbench.getState().appView &&
    !isTyping(event.target) &&
    (event.type === 'paste' || !isTextChosen())
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
    if (!mine(event) || text.trim() === '') return
    event.preventDefault()
    if (event.timeStamp - middlePressed > middlePasteTime) pasteText(editor, text, place())
  }
  let middlePressed = -Infinity
  const press = ({ button, timeStamp }: MouseEvent): void => {
    if (button === 1) middlePressed = timeStamp
  }
  document.addEventListener('mouseup', press, true)
  document.addEventListener('copy', copy)
  document.addEventListener('cut', copy)
  document.addEventListener('paste', paste)
  return () => {
    document.removeEventListener('mouseup', press, true)
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
  const read = readPasted(text)
  if (read.problem !== undefined)
    return editor.workbench
      .getState()
      .notify('error', `What was copied is no workflow: ${read.problem}`, read.hint)
  const types = describeTypes(read.workflow, editor.server.getState().nodes ?? [])
  pasteAt(editor, arrangeNodes(read.workflow, types), at)
}
