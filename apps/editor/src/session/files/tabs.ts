import { isDirty, type Content } from '../../store/document-store.ts'
import type { Editor } from '../../store/editor.ts'
import { freeTabId } from '../../store/tab-store.ts'
import { createTab, type Tab } from '../../store/tab.ts'

/** Opens a workflow in a tab of its own, in the place of one in which nothing was done yet. */
export function openTab(editor: Editor, content?: Content): Tab {
  const { front } = editor
  if (isUntouched(front)) return replaceTab(editor, front, content)
  const { open } = editor.tabs.getState()
  const tab = createTab(freeTabId(open), content)
  const at = open.indexOf(front) + 1
  setTabs(editor, [...open.slice(0, at), tab, ...open.slice(at)], tab)
  return tab
}

/** Opens a workflow in the place of a tab, whatever was in it. */
export function replaceTab(editor: Editor, old: Tab, content?: Content): Tab {
  const { open } = editor.tabs.getState()
  const tab = createTab(freeTabId(open), content)
  setTabs(
    editor,
    open.map((other) => (other === old ? tab : other)),
    tab,
  )
  return tab
}

/** Opens these workflows instead of all that are open. Returns their tabs, in the same order. */
export function restoreTabs(editor: Editor, contents: readonly Content[], front: number): Tab[] {
  const tabs = contents.map((content, at) => createTab(`tab-${at + 1}`, content))
  setTabs(editor, tabs, tabs[front] ?? tabs[0]!)
  return tabs
}

/** Brings a tab to the front. One that was closed stays so. */
export function switchTab(editor: Editor, tab: Tab): void {
  if (tab !== editor.front && isOpen(editor, tab)) setTabs(editor, editor.tabs.getState().open, tab)
}

/** The tab `step` places further, round the ends. */
export function stepTab(editor: Editor, step: number): void {
  const { open } = editor.tabs.getState()
  const next = open[(open.indexOf(editor.front) + step + open.length) % open.length]
  if (next) switchTab(editor, next)
}

export function isOpen(editor: Editor, tab: Tab): boolean {
  return editor.tabs.getState().open.includes(tab)
}

/** The tab in which a workflow of the server is open. */
export function tabOf(editor: Editor, workflow: string): Tab | undefined {
  return editor.tabs.getState().open.find(({ document }) => document.getState().origin.id === workflow)
}

/** Closes a tab; one with changes that are nowhere else is asked about first. */
export function closeTab(editor: Editor, tab: Tab): void {
  if (!hasUnsaved(tab)) return dropTab(editor, tab)
  switchTab(editor, tab)
  editor.workbench.setState({ dialog: { kind: 'close-tab', tab } })
}

/** Closes a tab whatever is in it. The last one leaves an empty workflow. */
export function dropTab(editor: Editor, tab: Tab): void {
  const { open } = editor.tabs.getState()
  if (!open.includes(tab)) return
  const rest = open.filter((other) => other !== tab)
  if (rest.length === 0) return void replaceTab(editor, tab)
  const next = tab === editor.front ? rest[Math.min(open.indexOf(tab), rest.length - 1)] : editor.front
  setTabs(editor, rest, next!)
}

export function hasUnsaved({ document }: Tab): boolean {
  return isDirty(document.getState())
}

/** Nothing was changed or run in a tab, and nothing of it would be lost. */
function isUntouched(tab: Tab): boolean {
  const { past, future } = tab.document.getState().history
  const { run, submitting } = tab.run.getState()
  return !hasUnsaved(tab) && past.length + future.length === 0 && !run && !submitting
}

/** A tab that comes to the front shows what it showed when it left, with nothing selected. */
function setTabs(editor: Editor, open: readonly Tab[], front: Tab): void {
  if (front !== editor.front) {
    const { select, viewport } = front.view.getState()
    select([])
    front.view.setState({ returning: viewport })
    editor.workbench.setState({ search: undefined })
  }
  editor.tabs.setState({ open, front: front.id, started: true })
}
