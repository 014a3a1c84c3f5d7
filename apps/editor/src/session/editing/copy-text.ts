import type { Editor } from '../../store/editor.ts'
import { showKeys } from '../../store/show-keys.ts'

/** Characters up to which a text that could not be copied is shown instead. */
const shownCharacters = 500

/** Puts a text on the clipboard and says so: `told`. Where the browser does not let it, that is said. True if it did. */
export async function copyText(editor: Editor, text: string, told: string): Promise<boolean> {
  const { notify } = editor.workbench.getState()
  const copied = (await copyByPermission(text)) || copyBySelection(text)
  if (copied) notify('info', told)
  else
    notify(
      'error',
      'The browser does not let this page copy.',
      text.length <= shownCharacters ? text : `Select the text and press ${showKeys('Mod+c')}.`,
    )
  return copied
}

/** As browsers want it; a page that came over plain HTTP from another machine has no `navigator.clipboard`. */
async function copyByPermission(text: string): Promise<boolean> {
  const { clipboard } = navigator as Partial<Navigator>
  if (!clipboard) return false
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}

/** By selecting it in a field that nobody sees: beside what has the focus, as nothing behind a dialog can be selected. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.setAttribute('aria-hidden', 'true')
  field.style.cssText = 'position: fixed; inset: 0 auto auto 0; opacity: 0; pointer-events: none'
  const dialogs = document.querySelectorAll('dialog[open]')
  ;(dialogs[dialogs.length - 1] ?? document.body).append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (focused instanceof HTMLElement || focused instanceof SVGElement)
      focused.focus({ preventScroll: true })
  }
}
