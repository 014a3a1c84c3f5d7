import { expect, test } from 'vitest'
import { restoreTabs, switchTab, dropTab } from '../../apps/editor/src/session/files/tabs.ts'
import { show } from '../../apps/editor/src/session/files/open-workflow.ts'
import { resumeRuns, tabOfRun, takeUpRun } from '../../apps/editor/src/session/running/follow-run.ts'
import { cancelAllRuns, cancelRun, runWorkflow } from '../../apps/editor/src/session/running/run-workflow.ts'
import { toggleRunOnChange, watchRunOnChange } from '../../apps/editor/src/session/running/run-on-change.ts'
import { openRun } from '../../apps/editor/src/runs/open-run.ts'
import { watchConnection } from '../../apps/editor/src/session/server/watch-connection.ts'
import type { Tab } from '../../apps/editor/src/store/tab.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import { script, until } from '../../apps/server/src/testing/start-test-server.ts'
import { openForEach, openSession, told, type Session } from './open-session.ts'

let session: Session
let editor: Editor
openForEach((opened, joined) => ([session, editor] = [opened, joined]))

const statusOf = ({ run }: Tab): string | undefined => run.getState().run?.status
const textOf = ({ run }: Tab): string | undefined => run.getState().run?.nodes['text']?.cells['']?.text
const story = 'start text; tokens 3; wait 100; token end; finish text; end completed'

test('a run goes on behind another tab, and tells that tab nothing', async () => {
  const first = show(editor, { workflow: script(story) })
  await runWorkflow(editor)
  const second = show(editor, { workflow: script('second') })
  await until(() => statusOf(first) === 'completed')
  expect(textOf(first)).toBe('0 1 2 end')
  expect(second.run.getState().run).toBeUndefined()
})

test('a run that was asked for begins in the tab it was asked for in, wherever that is by then', async () => {
  const first = show(editor, { workflow: script(story), unsaved: true })
  const asked = runWorkflow(editor)
  expect(first.run.getState().submitting).toBeDefined()
  const second = show(editor, { workflow: script('start text; token other; finish text; end completed') })
  expect(second.run.getState().submitting).toBeUndefined()
  await Promise.all([asked, runWorkflow(editor)])
  await until(() => statusOf(first) === 'completed' && statusOf(second) === 'completed')
  expect([textOf(first), textOf(second)]).toEqual(['0 1 2 end', 'other'])
})

test('a run that was asked for while the server is away can be taken back after its tab was left and came back', async () => {
  await using own = await openSession()
  const { editor, stop } = own
  await stop()
  const first = show(editor, { workflow: script(story), unsaved: true })
  const asked = runWorkflow(editor)
  show(editor, { workflow: script('second') })
  switchTab(editor, first)
  cancelRun(editor)
  await asked
  expect(first.run.getState().submitting).toBeUndefined()
  expect(told(editor)).toEqual([])
})

test('cancelling ends the run in front and not the one behind', async () => {
  const first = show(editor, { workflow: script('start text; wait 200; finish text; end completed') })
  await runWorkflow(editor)
  const second = show(editor, { workflow: script('start text; cancellable') })
  await runWorkflow(editor)
  await until(() => editor.server.getState().connection === 'open')
  cancelRun(editor)
  await until(() => statusOf(second) === 'cancelled' && statusOf(first) === 'completed')
})

test('what is refused is told in the tab it was sent from, and its run is not begun', async () => {
  const workflow = { ...script('broken'), nodes: { text: { type: 'text/text' } } }
  const first = show(editor, { workflow, unsaved: true })
  await runWorkflow(editor)
  expect(first.problems.getState().issues.map(({ code }) => code)).toEqual(['missing-input'])
  expect(first.run.getState()).toMatchObject({ run: undefined, submitting: undefined })
  expect(show(editor, { workflow: script('second') }).problems.getState().issues).toEqual([])
})

test('the second run of a tab keeps what the first showed until its nodes begin again', async () => {
  const tab = show(editor, { workflow: script('start text; token one; finish text; end completed') })
  await runWorkflow(editor)
  await until(() => statusOf(tab) === 'completed')
  const first = tab.run.getState().run?.nodes['text']
  await runWorkflow(editor)
  expect(tab.run.getState().previous['text']).toBe(first)
  await until(() => statusOf(tab) === 'completed')
})

test('what is run while something runs waits behind it, and is shown when that is over', async () => {
  const slow = 'start text; wait 150; token one; finish text; end completed'
  const tab = show(editor, { workflow: script(slow) })
  await runWorkflow(editor)
  const first = tab.run.getState().run?.id
  await Promise.all([runWorkflow(editor), runWorkflow(editor, {}, { times: 2 })])
  const { run, waiting } = tab.run.getState()
  expect([run?.id, waiting.length]).toEqual([first, 3])
  const ids = waiting.map(({ id }) => id)
  await until(() => tab.run.getState().run?.id === ids[2] && statusOf(tab) === 'completed')
  expect(tab.run.getState().waiting).toEqual([])
  const { runs } = await editor.client.ask('runs', { query: { limit: 10 } })
  expect(runs.filter(({ run: id }) => [first, ...ids].includes(id)).map(({ status }) => status)).toEqual(
    Array(4).fill('completed'),
  )
})

test('cancelling ends the run that is shown and shows the next; all of them go at once, too', async () => {
  const endless = 'start text; cancellable'
  const tab = show(editor, { workflow: script(endless) })
  await runWorkflow(editor, {}, { times: 4 })
  const [second] = tab.run.getState().waiting
  await until(() => statusOf(tab) === 'running')
  cancelRun(editor)
  await until(() => tab.run.getState().run?.id === second?.id && statusOf(tab) === 'running')
  expect(tab.run.getState().waiting).toHaveLength(2)
  cancelAllRuns(editor)
  await until(() => statusOf(tab) === 'cancelled' && tab.run.getState().waiting.length === 0)
  await until(async () => {
    const { runs } = await editor.client.ask('runs', { query: { limit: 4 } })
    return runs.every(({ status }) => status === 'cancelled')
  })
})

test('runs that waited when the page was loaded anew are shown one after the other', async () => {
  const { join } = session
  const tab = show(editor, { workflow: script(story) })
  await runWorkflow(editor, {}, { times: 3 })
  const { run, waiting } = tab.run.getState()
  const ids = [run!.id, ...waiting.map(({ id }) => id)]
  const reloaded = await join()
  const [again] = restoreTabs(reloaded, [{ workflow: script(story) }], 0)
  resumeRuns(reloaded, ids, again!)
  await until(() => again!.run.getState().run?.id === ids[2] && statusOf(again!) === 'completed')
  await until(() => again!.run.getState().run?.workflow?.name === story)
})

test('run on change runs what rests after a change to what it does, and nothing else', async () => {
  const stop = watchRunOnChange(editor)
  const tab = show(editor, { workflow: script(story) })
  toggleRunOnChange(editor)
  const { dispatch } = tab.document.getState()
  dispatch({ type: 'nodes.move', positions: { text: { x: 50, y: 50 } } })
  dispatch({ type: 'node.title', id: 'text', title: 'Another' })
  dispatch({ type: 'input.set', node: 'text', input: 'value', value: 'half' })
  dispatch({ type: 'input.set', node: 'text', input: 'value', value: 'whole' })
  await until(() => statusOf(tab) === 'completed')
  const first = tab.run.getState().run
  expect(first?.workflow?.nodes['text']?.inputs).toEqual({ value: 'whole' })
  dispatch({ type: 'node.title', id: 'text', title: 'A third' })
  dispatch({ type: 'input.clear', node: 'text', input: 'value' })
  dispatch({ type: 'input.set', node: 'text', input: 'value', value: 'next' })
  await until(() => tab.run.getState().run !== first && statusOf(tab) === 'completed')
  const { runs } = await editor.client.ask('runs', { query: { limit: 3 } })
  expect(runs.map(({ run: id }) => id).indexOf(first!.id)).toBe(1)
  stop()
})

test('a run whose tab was closed is opened from the history in a tab of its own, whole; one that is shown, in its tab', async () => {
  const first = show(editor, { workflow: script(story) })
  await runWorkflow(editor)
  const id = first.run.getState().run?.id ?? ''
  dropTab(editor, first)
  expect(tabOfRun(editor, id)).toBeUndefined()
  await openRun(editor, id)
  const again = editor.front
  await until(() => statusOf(again) === 'completed')
  expect(textOf(again)).toBe('0 1 2 end')
  show(editor, { workflow: script('other') })
  await openRun(editor, id)
  expect(editor.front).toBe(again)
  // What the closed tab had stays as it was when it closed.
  expect(statusOf(first)).not.toBe('completed')
})

test('after a reload the runs that tabs showed are theirs again', async () => {
  const { join } = session
  const tab = show(editor, { workflow: script(story) })
  await runWorkflow(editor)
  await until(() => statusOf(tab) === 'completed')
  const reloaded = await join()
  const [, behind] = restoreTabs(reloaded, [{ workflow: script('front') }, { workflow: script(story) }], 0)
  resumeRuns(reloaded, [tab.run.getState().run?.id ?? ''], behind!)
  await until(() => statusOf(behind!) === 'completed')
  expect(textOf(behind!)).toBe('0 1 2 end')
  expect(reloaded.front.run.getState().run).toBeUndefined()
})

test('a server that was away is said to be back; a run behind that it interrupted is taken up, each word once', async () => {
  await using own = await openSession()
  const { editor, stop, restart } = own
  watchConnection(editor)
  const first = show(editor, {
    workflow: script(
      'start text; token once; finish text; start other; first cancellable; token more; finish other; end completed',
    ),
  })
  await runWorkflow(editor)
  await until(() => first.run.getState().run?.nodes['other'] !== undefined)
  const id = first.run.getState().run?.id ?? ''
  show(editor, { workflow: script('second') })
  await stop()
  await until(() => editor.server.getState().connection === 'lost')
  takeUpRun(editor, id)
  expect(told(editor)).toContain('Not taken up: the server cannot be reached')
  await restart()
  await until(() => told(editor).includes('The server is back'))
  await until(() => statusOf(first) === 'interrupted')
  takeUpRun(editor, id)
  await until(() => statusOf(first) === 'completed')
  expect(textOf(first)).toBe('once')
  expect(first.run.getState().run?.nodes['other']?.cells['']?.text).toBe('more')
})

test('a run that the server forgot ends as interrupted in every tab that shows it', async () => {
  const first = show(editor, { workflow: script('first'), unsaved: true })
  first.run.getState().begin('forgotten')
  const second = show(editor, { workflow: script('second') })
  second.run.getState().begin('forgotten')
  takeUpRun(editor, 'forgotten')
  editor.client.subscribe('forgotten', () => {})
  await until(() => statusOf(first) === 'interrupted' && statusOf(second) === 'interrupted')
})
