import { isTyping } from '../session/files/clipboard.ts'
import type { Editor } from '../store/editor.ts'
import { isEnabled, type Command, type Flow } from './command.ts'
import { commands } from './commands.ts'
import { matches } from './match-key.ts'

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
  addEventListener('keydown', keepComposing, true)
  addEventListener('keydown', pressFirst, true)
  addEventListener('keydown', press)
  return () => {
    removeEventListener('keydown', keepComposing, true)
    removeEventListener('keydown', pressFirst, true)
    removeEventListener('keydown', press)
  }
}

/**
 * While words are composed (Chinese, Japanese, Korean), keys belong to what composes them: an Enter chooses a word, an
 * Escape drops one. Nothing in the page hears of them. Safari tells of the last one after it ended, by its number alone.
 */
function keepComposing(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === composing) event.stopImmediatePropagation()
}

/** What `keyCode` is while a key belongs to what composes words. */
const composing = 229

/** The keyboard goes on from the node of the field, not from the beginning of the page. */
function leaveField(field: HTMLElement): void {
  field.blur()
  field.closest<HTMLElement>('.react-flow__node')?.focus({ preventScroll: true })
}
