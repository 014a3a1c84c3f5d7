import type { Workflow } from '@woolgather/workflow'
import { startHistory } from '../document/history.ts'
import { interruptRun, isOver, startRun, type RunState } from '../run/run-state.ts'
import { emptyWorkflow, isDirty, type Origin } from '../store/document-store.ts'
import type { Editor } from '../store/editor.ts'
import { freeTab, type ParkedTab } from '../store/tab-store.ts'

/** A tab as it opens: nothing done in it yet. */
export function freshTab(workflow: Workflow, origin: Origin, saved: boolean): ParkedTab {
  return {
    history: startHistory(workflow),
    path: [],
    origin,
    saved: saved ? workflow : undefined,
    run: undefined,
    previous: {},
    results: undefined,
    viewport: undefined,
  }
}

/** Opens a workflow in a tab of its own, in the place of one in which nothing was done yet. */
export function openTab(editor: Editor, tab: ParkedTab): void {
  if (isUntouched(editor)) return replaceTab(editor, tab)
  const { order, active, parked } = editor.tabs.getState()
  const id = freeTab(editor.tabs.getState())
  const at = order.indexOf(active) + 1
  editor.tabs.setState({
    order: [...order.slice(0, at), id, ...order.slice(at)],
    active: id,
    parked: new Map(parked).set(active, takeOut(editor)),
  })
  replaceTab(editor, tab)
}

export function switchTab(editor: Editor, id: string): void {
  const { active, parked } = editor.tabs.getState()
  const tab = parked.get(id)
  if (tab === undefined) return
  const next = new Map(parked).set(active, takeOut(editor))
  next.delete(id)
  editor.tabs.setState({ active: id, parked: next })
  replaceTab(editor, tab)
}

/** The tab `step` places further, round the ends. */
export function stepTab(editor: Editor, step: number): void {
  const { order, active } = editor.tabs.getState()
  const next = order[(order.indexOf(active) + step + order.length) % order.length]
  if (next !== undefined && next !== active) switchTab(editor, next)
}

/** The tab in which a workflow of the server is open. */
export function tabOf(editor: Editor, workflow: string): string | undefined {
  const { active, parked } = editor.tabs.getState()
  if (editor.document.getState().origin.id === workflow) return active
  return [...parked].find(([, { origin }]) => origin.id === workflow)?.[0]
}

/** Closes a tab; one with changes that are nowhere else is asked about first. */
export function closeTab(editor: Editor, id: string): void {
  if (!hasUnsaved(editor, id)) return dropTab(editor, id)
  switchTab(editor, id)
  editor.view.setState({ dialog: { kind: 'close-tab', tab: id } })
}

/** Closes a tab whatever is in it. The last one leaves an empty workflow. */
export function dropTab(editor: Editor, id: string): void {
  const { order, active, parked } = editor.tabs.getState()
  const rest = order.filter((other) => other !== id)
  const at = order.indexOf(id)
  if (rest.length === 0) return replaceTab(editor, freshTab(emptyWorkflow, {}, true))
  const next = new Map(parked)
  next.delete(id)
  if (id !== active) return editor.tabs.setState({ order: rest, parked: next })
  const front = rest[Math.min(at, rest.length - 1)] as string
  const tab = next.get(front) as ParkedTab
  next.delete(front)
  editor.tabs.setState({ order: rest, active: front, parked: next })
  replaceTab(editor, tab)
}

export function hasUnsaved(editor: Editor, id: string): boolean {
  const { active, parked } = editor.tabs.getState()
  if (id === active) return isDirty(editor.document.getState())
  const tab = parked.get(id)
  return tab !== undefined && tab.history.present !== tab.saved
}

/** The tab in front, as it would be parked. */
export function takeOut(editor: Editor): ParkedTab {
  const { history, path, origin, saved } = editor.document.getState()
  const { run, previous } = editor.run.getState()
  const { results, viewport } = editor.view.getState()
  return { history, path, origin, saved, run, previous, results, viewport }
}

/** Puts something else in the tab in front, whatever was in it. */
export function replaceTab(
  editor: Editor,
  { history, path, origin, saved, run, previous, results, viewport }: ParkedTab,
): void {
  editor.run.setState({ run, previous, submitting: undefined })
  editor.view.setState({ results, viewport, returning: viewport, search: undefined })
  editor.view.getState().select([])
  editor.document.getState().restore(history, origin, saved, path)
}

/** Nothing was changed or run in the tab in front, and nothing of it would be lost. */
function isUntouched(editor: Editor): boolean {
  const state = editor.document.getState()
  const { past, future } = state.history
  return !isDirty(state) && past.length + future.length === 0 && editor.run.getState().run === undefined
}

/** Shows a new run in a tab, which may have gone behind since the run was asked for. */
export function beginRun(editor: Editor, id: string, tab: string): void {
  const { active, repark } = editor.tabs.getState()
  if (tab === active) return editor.run.getState().begin(id)
  repark(tab, (behind) => ({
    ...behind,
    run: startRun(id),
    previous: { ...behind.previous, ...behind.run?.nodes },
  }))
}

/** A run as a tab shows it, in front or behind. */
export function shownRun(editor: Editor, id: string): RunState | undefined {
  const { parked } = editor.tabs.getState()
  return [editor.run.getState(), ...parked.values()].find(({ run }) => run?.id === id)?.run
}

/** Changes a run wherever it is shown, in front or behind. False where it is shown nowhere any more, or over. */
export function changeRun(editor: Editor, id: string, change: (run: RunState) => RunState): boolean {
  const { run } = editor.run.getState()
  if (run?.id === id) {
    const next = change(run)
    editor.run.setState({ run: next })
    return !isOver(next)
  }
  const { parked, repark } = editor.tabs.getState()
  const [tab, found] = [...parked].find(([, behind]) => behind.run?.id === id) ?? []
  if (tab === undefined || found?.run === undefined) return false
  const next = change(found.run)
  repark(tab, (behind) => ({ ...behind, run: next }))
  return !isOver(next)
}

/** The server forgot a run: it will not go on. */
export function loseRun(editor: Editor, id: string): void {
  changeRun(editor, id, (run) => (isOver(run) ? run : interruptRun(run)))
}
