import { expect, test } from 'vitest'
import { openEmpty, openFromServer, show } from '../../apps/editor/src/session/files/open-workflow.ts'
import {
  closeTab,
  dropTab,
  hasUnsaved,
  stepTab,
  switchTab,
} from '../../apps/editor/src/session/files/tabs.ts'
import { watchFront, watchTabs } from '../../apps/editor/src/store/tab-store.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import { script } from '../../apps/server/src/testing/start-test-server.ts'
import { nameOf, namesOf, openForEach, rename } from './open-session.ts'

let editor: Editor
openForEach((_, joined) => (editor = joined))

test('a workflow takes the place of a tab in which nothing was done, and stands beside one in which something was', () => {
  show(editor, { workflow: script('first') })
  show(editor, { workflow: script('second') })
  expect(namesOf(editor)).toEqual(['second'])
  rename(editor.front, 'mine')
  show(editor, { workflow: script('third') })
  expect(namesOf(editor)).toEqual(['mine', 'third'])
  expect(nameOf(editor.front)).toBe('third')
})

test('a tab whose changes were all undone is not taken for one in which nothing was done', () => {
  rename(editor.front, 'mine')
  editor.front.document.getState().undo()
  openEmpty(editor)
  expect(editor.tabs.getState().open).toHaveLength(2)
})

test('undo, what is entered and what is seen are each tab’s own; the selection is let go', () => {
  const first = show(editor, { workflow: script('first'), unsaved: true })
  rename(first, 'changed')
  first.view.setState({ viewport: { x: 1, y: 2, zoom: 3 } })
  first.view.getState().select(['text'])
  const second = show(editor, { workflow: script('second') })
  second.document.getState().undo()
  expect(second.view.getState().returning).toBeUndefined()
  switchTab(editor, first)
  expect(nameOf(editor.front)).toBe('changed')
  expect(first.view.getState().returning).toEqual({ x: 1, y: 2, zoom: 3 })
  expect([...first.view.getState().selectedNodes]).toEqual([])
  first.document.getState().undo()
  expect(namesOf(editor)).toEqual(['first', 'second'])
})

test('a tab is unsaved from its first change on, until the change is undone', () => {
  const { front } = editor
  expect(hasUnsaved(front)).toBe(false)
  rename(front, 'changed')
  expect(hasUnsaved(front)).toBe(true)
  front.document.getState().undo()
  expect(hasUnsaved(front)).toBe(false)
})

test('a tab behind with unsaved changes comes to the front before it is closed, and is asked about', () => {
  const first = editor.front
  rename(first, 'first')
  openEmpty(editor)
  closeTab(editor, first)
  expect(editor.front).toBe(first)
  expect(editor.workbench.getState().dialog).toEqual({ kind: 'close-tab', tab: first })
  dropTab(editor, first)
  expect(namesOf(editor)).toEqual(['Untitled'])
})

test('a tab without unsaved changes closes at once; its neighbour comes to the front, and after the last an empty one', () => {
  const first = show(editor, { workflow: script('first'), origin: { id: 'first' } })
  first.run.getState().begin('a-run')
  const second = show(editor, { workflow: script('second') })
  second.run.getState().begin('another')
  openEmpty(editor)
  switchTab(editor, second)
  closeTab(editor, second)
  expect(nameOf(editor.front)).toBe('Untitled')
  closeTab(editor, editor.front)
  expect(editor.front).toBe(first)
  closeTab(editor, first)
  expect(namesOf(editor)).toEqual(['Untitled'])
  expect(editor.front.document.getState().origin).toEqual({})
})

test('a tab that was closed cannot be brought to the front, nor closed again', () => {
  const first = editor.front
  rename(first, 'first')
  openEmpty(editor)
  dropTab(editor, first)
  const before = editor.tabs.getState()
  switchTab(editor, first)
  dropTab(editor, first)
  expect(editor.tabs.getState()).toBe(before)
})

test('stepping through the tabs goes round both ends', () => {
  for (const name of ['first', 'second', 'third']) {
    show(editor, { workflow: script('') })
    rename(editor.front, name)
  }
  stepTab(editor, 1)
  expect(nameOf(editor.front)).toBe('first')
  stepTab(editor, -1)
  expect(nameOf(editor.front)).toBe('third')
})

test('a workflow of the server that is open comes to the front instead of opening twice', async () => {
  await editor.client.ask('saveWorkflow', { id: 'kept', body: { workflow: script('kept') } })
  await openFromServer(editor, 'kept')
  const kept = editor.front
  rename(kept, 'changed')
  openEmpty(editor)
  await openFromServer(editor, 'kept')
  expect(editor.front).toBe(kept)
  expect(namesOf(editor)).toEqual(['changed', 'Untitled'])
})

test('who watches the tab in front hears of its changes, of another coming to the front, and of no tab behind', () => {
  const heard: string[] = []
  const first = editor.front
  const stop = watchFront(
    editor.tabs,
    (tab) => tab.document,
    (state, before) => heard.push(`${before.history.present.name} → ${state.history.present.name}`),
  )
  rename(first, 'first')
  show(editor, { workflow: script('second') })
  rename(first, 'behind')
  rename(editor.front, 'changed')
  stop()
  switchTab(editor, first)
  rename(first, 'later')
  expect(heard).toEqual(['Untitled → first', 'first → second', 'second → changed'])
})

test('who watches all tabs has each from when it opens until it closes', () => {
  const watched: string[] = []
  const first = editor.front
  rename(first, 'first')
  const stop = watchTabs(editor.tabs, ({ id }) => {
    watched.push(`+${id}`)
    return () => watched.push(`-${id}`)
  })
  openEmpty(editor)
  const second = editor.front
  switchTab(editor, first)
  dropTab(editor, second)
  stop()
  expect(watched).toEqual([`+${first.id}`, `+${second.id}`, `-${second.id}`, `-${first.id}`])
})
