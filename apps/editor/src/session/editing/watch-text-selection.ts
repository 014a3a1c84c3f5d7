import type { Editor } from '../../store/editor.ts'
import { watchFront } from '../../store/tab-store.ts'

/** Where words can be chosen with the pointer to be read and copied. */
const words = '.nodrag, .results-dock, .runs-panel, dialog, .app-view'

/** What was pressed last, and whether a key was pressed since. */
let pressed: Element | undefined
let keyed = false

/**
 * A text that is chosen in the page is let go where the canvas or a node is pressed: the graph's own drags keep the browser
 * from doing that. So it goes when other nodes are selected, unless by the press that chose it. Returns how to stop.
 */
export function watchTextSelection(editor: Editor): () => void {
  const press = ({ target }: Event): void => {
    pressed = target instanceof Element ? target : undefined
    keyed = false
    if (pressed?.closest('.graph') && !pressed.closest(words)) letGo()
  }
  const key = (): void => void (keyed = true)
  document.addEventListener('pointerdown', press, true)
  document.addEventListener('keydown', key, true)
  const stop = watchFront(
    editor.tabs,
    ({ view }) => view,
    (state, before) => {
      const chosen = state.selectedNodes !== before.selectedNodes && state.selectedNodes.size > 0
      if (chosen && (keyed || !isTextChosen())) letGo()
    },
  )
  return () => {
    document.removeEventListener('pointerdown', press, true)
    document.removeEventListener('keydown', key, true)
    stop()
  }
}

/** Whether a text of the page was chosen last, where it was pressed: what is copied then is that text. */
export function isTextChosen(): boolean {
  const selection = document.getSelection()
  const place = pressed?.closest(words)
  return selection?.isCollapsed === false && place?.contains(selection.anchorNode) === true
}

function letGo(): void {
  const selection = document.getSelection()
  if (selection?.isCollapsed === false) selection.removeAllRanges()
}
