import type { AppItem } from '@woolgather/workflow'
import { readAppForm, sameItem } from '../document/app-items.ts'
import { presentOf } from './edit-graph.ts'
import type { Editor } from '../store/editor.ts'

/** Shows the workflow as a form, or as its graph again. A form has no selection and no subgraph that was entered. */
export function showApp(editor: Editor, appView: boolean): void {
  const { select, viewport } = editor.view.getState()
  select([])
  editor.document.getState().enter([])
  editor.view.setState({
    appView,
    results: undefined,
    search: undefined,
    menu: undefined,
    returning: viewport,
  })
}

/** Puts an input or a result into the form, or takes it out. */
export function toggleInApp(editor: Editor, item: AppItem): void {
  const { app = [] } = presentOf(editor)
  const without = app.filter((other) => !sameItem(other, item))
  setApp(editor, without.length < app.length ? without : [...app, item])
}

/** The items that are shown, so that changing a suggestion begins with all of it. */
export function shownItems(editor: Editor): AppItem[] {
  const form = readAppForm(presentOf(editor), editor.server.getState().byType)
  return form.parts.map(({ item }) => item)
}

export function setApp(editor: Editor, items: readonly AppItem[]): void {
  editor.document.getState().dispatch({ type: 'app.set', items })
}
