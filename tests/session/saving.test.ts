import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Workflow } from '@woolgather/workflow'
import { openFromServer, show, showInstead } from '../../apps/editor/src/session/files/open-workflow.ts'
import { restoreRevision } from '../../apps/editor/src/session/files/restore-revision.ts'
import {
  saveAs,
  saveCopy,
  saveOver,
  saveWorkflow,
} from '../../apps/editor/src/session/files/save-workflow.ts'
import { dropTab, hasUnsaved } from '../../apps/editor/src/session/files/tabs.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import { script } from '../../apps/server/src/testing/start-test-server.ts'
import { nameOf, namesOf, openForEach, openSession, rename, told, type Session } from './open-session.ts'

let session: Session
let editor: Editor
openForEach((opened, joined) => ([session, editor] = [opened, joined]))

const savedName = async (id: string): Promise<string> =>
  (await editor.client.ask('workflow', { id })).workflow.name

/** Says what the workflow is to be called, where that is asked. */
function answer(editor: Editor, name?: string): void {
  const { dialog } = editor.workbench.getState()
  if (dialog?.kind === 'name') dialog.answer(name ?? dialog.name)
}

/** Saves for the first time, under the name it has. */
async function saveFirst(): Promise<void> {
  const saving = saveWorkflow(editor)
  answer(editor)
  await saving
}

let conflicts = 0

/** Opened here, then saved by somebody else, then changed here. */
async function makeConflict(): Promise<{ id: string; theirs: Workflow }> {
  const id = `story-of-${++conflicts}`
  await editor.client.ask('saveWorkflow', { id, body: { workflow: script('as it was') } })
  const other = await session.join()
  await openFromServer(editor, id)
  await openFromServer(other, id)
  rename(other.front, 'theirs')
  await saveWorkflow(other)
  rename(editor.front, 'mine')
  return { id, theirs: script('theirs') }
}

test('a save marks what was saved: what was changed while it was under way is unsaved', async () => {
  const tab = show(editor, { workflow: script('changing'), unsaved: true })
  await saveFirst()
  rename(tab, 'changed')
  const saving = saveWorkflow(editor)
  rename(tab, 'changed meanwhile')
  await saving
  expect(hasUnsaved(tab)).toBe(true)
  expect(await savedName('changing')).toBe('changed')
  await saveWorkflow(editor)
  expect(hasUnsaved(tab)).toBe(false)
  expect(await savedName('changing')).toBe('changed meanwhile')
})

test('a save that ends behind another tab belongs to the tab it began in', async () => {
  const first = show(editor, { workflow: script('saved behind'), unsaved: true })
  const saving = saveWorkflow(editor)
  answer(editor)
  const second = show(editor, { workflow: script('second'), unsaved: true })
  await saving
  expect([hasUnsaved(first), hasUnsaved(second)]).toEqual([false, true])
  expect(first.document.getState().origin.id).toBe('saved-behind')
  expect(second.document.getState().origin).toEqual({})
})

test('a copy is saved under a name that is free, and the tab goes on with the copy', async () => {
  await editor.client.ask('saveWorkflow', { id: 'story', body: { workflow: script('story') } })
  await openFromServer(editor, 'story')
  await saveCopy(editor)
  expect(editor.front.document.getState().origin.id).toBe('story-2')
})

test('the first save asks for a name, and the id follows it once', async () => {
  const tab = show(editor, { workflow: script('Untitled'), unsaved: true })
  const saving = saveWorkflow(editor)
  answer(editor, 'A day at sea')
  await saving
  expect([nameOf(tab), tab.document.getState().origin.id, hasUnsaved(tab)]).toEqual([
    'A day at sea',
    'a-day-at-sea',
    false,
  ])
  rename(tab, 'A night at sea')
  await saveWorkflow(editor)
  expect(editor.workbench.getState().dialog).toBeUndefined()
  expect(await savedName('a-day-at-sea')).toBe('A night at sea')
})

test('without a name nothing is saved or renamed', async () => {
  const tab = show(editor, { workflow: script('not saved'), unsaved: true })
  for (const closeIt of [
    () => editor.workbench.setState({ dialog: undefined }),
    () => answer(editor, '  '),
  ]) {
    const saving = saveWorkflow(editor)
    closeIt()
    await saving
    expect([nameOf(tab), tab.document.getState().origin, hasUnsaved(tab)]).toEqual(['not saved', {}, true])
  }
})

test('a copy gets a name of its own', async () => {
  await editor.client.ask('saveWorkflow', { id: 'poem', body: { workflow: script('poem') } })
  await openFromServer(editor, 'poem')
  const saving = saveAs(editor)
  answer(editor)
  await saving
  expect(editor.front.document.getState().origin.id).toBe('poem-copy')
  expect([await savedName('poem'), await savedName('poem-copy')]).toEqual(['poem', 'poem copy'])
})

test('over what somebody else saved nothing is saved unasked: both versions are there', async () => {
  const { id, theirs } = await makeConflict()
  await saveWorkflow(editor)
  expect(editor.workbench.getState().dialog).toMatchObject({ kind: 'conflict', id, theirs })
  expect(await savedName(id)).toBe('theirs')
  expect([nameOf(editor.front), hasUnsaved(editor.front)]).toEqual(['mine', true])
})

test('a conflict brings the tab to the front that has one of the two versions', async () => {
  await makeConflict()
  const tab = editor.front
  const saving = saveWorkflow(editor)
  show(editor, { workflow: script('another') })
  await saving
  expect(editor.front).toBe(tab)
  expect(editor.workbench.getState().dialog?.kind).toBe('conflict')
})

test('a conflict of a tab that was closed meanwhile is told, and asks no other tab', async () => {
  await makeConflict()
  const tab = editor.front
  const saving = saveWorkflow(editor)
  dropTab(editor, tab)
  await saving
  expect(editor.workbench.getState().dialog).toBeUndefined()
  expect(editor.workbench.getState().notices.map(({ tone }) => tone)).toEqual(['error'])
})

test('a conflict is settled by replacing theirs, by opening theirs, or by keeping both', async () => {
  const { id } = await makeConflict()
  await saveWorkflow(editor)
  const { dialog } = editor.workbench.getState()
  if (dialog?.kind !== 'conflict') throw new Error('There is no conflict')
  const mine = editor.front
  await saveCopy(editor)
  expect(await savedName(editor.front.document.getState().origin.id ?? '')).toBe('mine')
  mine.document.getState().markSaved(script('as it was'), { id, revision: 'as it was' })
  await saveOver(editor, id, dialog.theirRevision)
  expect(await savedName(id)).toBe('mine')
  showInstead(editor, {
    workflow: dialog.theirs,
    origin: { id, revision: dialog.theirRevision },
  })
  expect(namesOf(editor)).toEqual(['theirs'])
  expect(hasUnsaved(editor.front)).toBe(false)
})

test('without a server nothing is saved, which is said, and what was changed stays unsaved', async () => {
  await using own = await openSession()
  const { editor, stop } = own
  const tab = show(editor, { workflow: script('first'), unsaved: true })
  await stop()
  const saving = saveWorkflow(editor)
  answer(editor)
  await saving
  expect(told(editor)).toEqual(['The server cannot be reached'])
  expect(hasUnsaved(tab)).toBe(true)
})

test('an earlier version comes back in the tab it was asked for in, as one change', async () => {
  const tab = show(editor, { workflow: script('first'), unsaved: true })
  await saveFirst()
  rename(tab, 'second')
  await saveWorkflow(editor)
  const id = tab.document.getState().origin.id ?? ''
  const earliest = (await editor.client.ask('revisions', { id })).at(-1)
  const restoring = restoreRevision(editor, id, earliest!)
  const other = show(editor, { workflow: script('other') })
  await restoring
  expect([nameOf(tab), nameOf(other)]).toEqual(['first', 'other'])
  tab.document.getState().undo()
  expect(nameOf(tab)).toBe('second')
})

test('saves asked for while one is under way wait for it, save what changed since, and meet no conflict', async () => {
  const tab = show(editor, { workflow: script('queued'), unsaved: true })
  await saveFirst()
  rename(tab, 'one')
  const saves = [saveWorkflow(editor)]
  expect(tab.document.getState().saving).toBeDefined()
  rename(tab, 'two')
  saves.push(saveWorkflow(editor), saveWorkflow(editor))
  rename(tab, 'three')
  await Promise.all(saves)
  expect(editor.workbench.getState().dialog).toBeUndefined()
  expect([await savedName('queued'), hasUnsaved(tab)]).toEqual(['three', false])
  expect(tab.document.getState().saving).toBeUndefined()
  expect((await editor.client.ask('revisions', { id: 'queued' })).map(({ name }) => name)).toEqual([
    'three',
    'one',
    'queued',
  ])
})

/** A page whose requests arrive, and whose answers are lost while `losing` is set: a connection that broke in between. */
async function openLossyPage(): Promise<{ page: Editor; line: { losing: boolean } } & AsyncDisposable> {
  const line = { losing: false }
  const { url } = session
  const server = createServer((asked, answer) => {
    const onward = request(url + asked.url, { method: asked.method, headers: asked.headers }, (found) => {
      if (line.losing && asked.method === 'PUT') return void found.resume().on('end', () => answer.destroy())
      answer.writeHead(found.statusCode ?? 500, found.headers)
      found.pipe(answer)
    })
    onward.setHeader('host', new URL(url).host)
    asked.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const page = await session.join(`http://127.0.0.1:${port}`)
  return {
    page,
    line,
    async [Symbol.asyncDispose]() {
      page.client.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

test('what this page sent itself is no conflict, though the answer was lost: saved again, also after a reload', async () => {
  await using lossy = await openLossyPage()
  const { page, line } = lossy
  const tab = show(page, { workflow: script('lost answer'), unsaved: true })
  line.losing = true
  const saving = saveWorkflow(page)
  answer(page)
  await saving
  expect([hasUnsaved(tab), await savedName('lost-answer')]).toEqual([true, 'lost answer'])
  rename(tab, 'second')
  await saveWorkflow(page)
  rename(tab, 'third')
  expect(hasUnsaved(tab)).toBe(true)
  line.losing = false
  const { origin, history } = tab.document.getState()
  const reloaded = show(page, { workflow: history.present, origin, unsaved: true })
  await saveWorkflow(page, reloaded)
  expect([page.workbench.getState().dialog, hasUnsaved(reloaded)]).toEqual([undefined, false])
  expect([await savedName('lost-answer'), reloaded.document.getState().origin.sent]).toEqual([
    'third',
    undefined,
  ])
})

test('what somebody else saved after an answer was lost is a conflict still', async () => {
  await using lossy = await openLossyPage()
  const { page, line } = lossy
  const tab = show(page, { workflow: script('lost and found'), unsaved: true })
  const first = saveWorkflow(page)
  answer(page)
  await first
  line.losing = true
  rename(tab, 'mine')
  await saveWorkflow(page)
  line.losing = false
  await openFromServer(editor, 'lost-and-found')
  rename(editor.front, 'theirs')
  await saveWorkflow(editor)
  await saveWorkflow(page)
  expect(page.workbench.getState().dialog?.kind).toBe('conflict')
  expect(await savedName('lost-and-found')).toBe('theirs')
})
