import type { Editor } from '../../store/editor.ts'
import { freePlaceIn, type Surroundings } from '../../layout/free-place-in.ts'
import { graphOf } from './edit-graph.ts'
import { placeOnGraph } from './open-search.ts'

/** Size of a new note, in graph units. */
const size = { width: 260, height: 140 }

/** Puts an empty note at the pointer, or where there is room, ready to be written on. */
export function addNote(editor: Editor, flow: Surroundings): void {
  const { x, y } = freePlaceIn(flow, placeOnGraph(), editor.front.view.getState().boxes.values())
  const at = graphOf(editor).groups?.length ?? 0
  editor.front.document.getState().dispatch({
    type: 'group.add',
    group: { title: 'Note', text: '', x: Math.round(x), y: Math.round(y), ...size, color: 'yellow' },
  })
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-group="${at}"] textarea`)?.focus())
}
