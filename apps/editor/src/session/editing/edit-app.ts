import type { AppItem } from '@woolgather/workflow'
import { readAppForm, sameItem } from '../../document/app-items.ts'
import { presentOf } from './edit-graph.ts'
import type { Editor } from '../../store/editor.ts'

/** Shows the workflow as a form, or as its graph again. A form has no selection and no subgraph that was entered. */
export function showApp(editor: Editor, appView: boolean): void {
  const { document, view } = editor.front
  const { select, viewport } = view.getState()
  select([])
  document.getState().enter([])
  view.setState({ results: undefined, returning: viewport })
  editor.workbench.setState({ appView, search: undefined, menu: undefined })
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
  editor.front.document.getState().dispatch({ type: 'app.set', items })
}
