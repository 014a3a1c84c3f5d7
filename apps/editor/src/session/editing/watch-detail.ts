import type { Editor } from '../../store/editor.ts'
import { watchFront } from '../../store/tab-store.ts'

/**
 * From this many nodes on, only those that can be read are drawn in full; the others are a coloured card with a title.
 * A node has some eighty elements: a thousand in full take seconds to make, and a tenth of a second to paint.
 */
export const sketchFrom = 60

/** From this many nodes on, only those that can be read are elements of the page; the others are painted on one canvas. */
export const paintFrom = 200

const none: ReadonlySet<string> = new Set()

/** A large graph that opens is sketched first, before it is known what of it is seen. Returns how to stop. */
export function watchDetail(editor: Editor): () => void {
  const reset = (): void => {
    const { document, view } = editor.front
    const { graph } = document.getState()
    const count = Object.keys(graph.nodes).length
    view.setState({
      detailed: count < sketchFrom ? undefined : none,
      shown: count < paintFrom ? undefined : none,
    })
  }
  reset()
  return watchFront(
    editor.tabs,
    (tab) => tab.document,
    (state, before) => {
      if (state.path !== before.path) reset()
    },
  )
}
