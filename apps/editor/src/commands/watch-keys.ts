import { isTyping } from '../session/files/clipboard.ts'
import type { Editor } from '../store/editor.ts'
import { isEnabled, type Command, type Flow } from './command.ts'
import { commands } from './commands.ts'

/** Listens for the commands. Returns how to stop. */
export function watchKeys(editor: Editor, flow: Flow): () => void {
  const find = (event: KeyboardEvent): Command | undefined => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return undefined
    const command = commands.find(
      (one) =>
        one.keys.some((key) => matches(key, event)) &&
        (one.inApp === true || !editor.workbench.getState().appView) &&
        isEnabled(editor, one),
    )
    return command?.always === true || !isTyping(event.target) ? command : undefined
  }
  // Before the graph sees it: there Ctrl+Enter would take the node with the focus out of the selection.
  const pressFirst = (event: KeyboardEvent): void => {
    const command = find(event)
    if (command?.always !== true) return
    event.preventDefault()
    event.stopPropagation()
    command.run(editor, flow)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isTyping(event.target) && !event.defaultPrevented)
      return leaveField(event.target as HTMLElement)
    const command = find(event)
    if (!command) return
    event.preventDefault()
    command.run(editor, flow)
  }
  addEventListener('keydown', pressFirst, true)
  addEventListener('keydown', press)
  return () => {
    removeEventListener('keydown', pressFirst, true)
    removeEventListener('keydown', press)
  }
}

/** Whether an event is this shortcut. Shift counts for letters only: `?` and `+` sit elsewhere on other keyboards. */
export function matches(
  shortcut: string,
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): boolean {
  const parts = shortcut.split(/\+(?=.)/)
  const key = parts.at(-1) ?? ''
  const shiftMatters = /^[a-z]$/.test(key) || key.length > 1
  // With Alt a Mac writes another character: the key itself counts.
  const pressed = event.altKey ? event.code.replace(/^Key/, '') : event.key
  return (
    pressed.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === parts.includes('Mod') &&
    (!shiftMatters || event.shiftKey === parts.includes('Shift')) &&
    event.altKey === parts.includes('Alt')
  )
}

/** The keyboard goes on from the node of the field, not from the beginning of the page. */
function leaveField(field: HTMLElement): void {
  field.blur()
  field.closest<HTMLElement>('.react-flow__node')?.focus({ preventScroll: true })
}
