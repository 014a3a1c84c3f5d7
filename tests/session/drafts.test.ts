import { afterEach, expect, test } from 'vitest'
import { watchDraft } from '../../apps/editor/src/session/files/autosave.ts'
import { findDraft } from '../../apps/editor/src/session/files/drafts.ts'
import { show } from '../../apps/editor/src/session/files/open-workflow.ts'
import { dropTab, hasUnsaved, switchTab } from '../../apps/editor/src/session/files/tabs.ts'
import { runWorkflow } from '../../apps/editor/src/session/running/run-workflow.ts'
import { openDraft } from '../../apps/editor/src/session/start-session.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import { script, until } from '../../apps/server/src/testing/start-test-server.ts'
import { nameOf, namesOf, openForEach, rename, told, type Session } from './open-session.ts'

/** What a browser keeps, in memory. Full, it refuses as a browser does. */
class MemoryStorage implements Storage {
  readonly #kept = new Map<string, string>()
  full = false
  get length(): number {
    return this.#kept.size
  }
  key(at: number): string | null {
    return [...this.#kept.keys()][at] ?? null
  }
  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('The quota has been exceeded', 'QuotaExceededError')
    this.#kept.set(key, value)
  }
  removeItem(key: string): void {
    this.#kept.delete(key)
  }
  clear(): void {
    this.#kept.clear()
  }
}

let session: Session
let editor: Editor
let storage: MemoryStorage
let page: EventTarget
let stop: () => void
openForEach((opened, joined) => {
  session = opened
  editor = joined
  storage = new MemoryStorage()
  page = new EventTarget()
  stop = watchDraft(editor, 'own', { storage, page })
})
afterEach(() => stop())

const key = 'woolgather.autosave.own'
const written = (): string => storage.getItem(key) ?? ''

test('every tab is written down a moment after a change, and comes back as it was', async () => {
  const { join } = session
  const first = show(editor, {
    workflow: script('start text; finish text; end completed'),
    origin: { id: 'kept' },
  })
  await runWorkflow(editor)
  const second = show(editor, { workflow: script('second'), unsaved: true })
  switchTab(editor, first)
  await until(() => written().includes('"front":0'))
  const run = first.run.getState().run?.id
  const reloaded = await join()
  openDraft(reloaded, (await findDraft(storage, 'own'))!)
  expect(namesOf(reloaded)).toEqual([nameOf(first), 'second'])
  const [one, two] = reloaded.tabs.getState().open
  expect(reloaded.front).toBe(one)
  expect(one?.document.getState().origin).toEqual({ id: 'kept' })
  expect([hasUnsaved(one!), hasUnsaved(two!)]).toEqual([hasUnsaved(first), hasUnsaved(second)])
  await until(() => one?.run.getState().run?.id === run)
})

test('a change to a tab behind is written down too, and a tab that closed is not', async () => {
  const first = show(editor, { workflow: script('first'), unsaved: true })
  const second = show(editor, { workflow: script('second'), unsaved: true })
  rename(first, 'changed behind')
  await until(() => written().includes('changed behind'))
  dropTab(editor, second)
  await until(() => !written().includes('second'))
})

test('a page that goes away writes what is waiting to be written at once', () => {
  rename(editor.front, 'the last word')
  expect(written()).toBe('')
  page.dispatchEvent(new Event('pagehide'))
  expect(written()).toContain('the last word')
})

test('a browser without room left says so, and writes again when there is some', () => {
  storage.full = true
  rename(editor.front, 'first')
  page.dispatchEvent(new Event('visibilitychange'))
  expect(told(editor)).toEqual(['The browser has no room left to keep this draft'])
  storage.full = false
  rename(editor.front, 'second')
  page.dispatchEvent(new Event('visibilitychange'))
  expect(written()).toContain('second')
})

test('a draft of a browser tab from before it could have several workflows is found', async () => {
  storage.setItem(
    key,
    JSON.stringify({ workflow: script('old'), origin: { id: 'old' }, dirty: true, time: 5 }),
  )
  const draft = await findDraft(storage, 'own')
  expect(draft).toMatchObject({ front: 0, tabs: [{ workflow: { name: 'old' }, origin: { id: 'old' } }] })
})

test('a browser tab without a draft takes the newest that a closed one left unsaved', async () => {
  const leave = (name: string, time: number, dirty: boolean): void =>
    storage.setItem(
      `woolgather.autosave.${name}`,
      JSON.stringify({ tabs: [{ workflow: script(name), origin: {}, dirty }], front: 0, time }),
    )
  leave('older', 1, true)
  leave('newer', 2, true)
  leave('saved', 3, false)
  storage.setItem('woolgather.autosave.broken', '{')
  expect((await findDraft(storage, 'own'))?.tabs[0].workflow.name).toBe('newer')
  stop()
  for (let at = 0; at < 9; at++) leave(`more-${at}`, 10 + at, true)
  stop = watchDraft(editor, 'own', { storage, page })
  await until(() => storage.length === 8)
  expect(storage.getItem('woolgather.autosave.saved')).toBeNull()
  expect(storage.getItem('woolgather.autosave.more-0')).toBeNull()
  expect(storage.getItem('woolgather.autosave.more-1')).not.toBeNull()
})

/** Whether leaving the page is asked about first. */
const asks = (page: EventTarget): boolean =>
  !page.dispatchEvent(new Event('beforeunload', { cancelable: true }))

test('a page that could not write down what is unsaved asks before it is left, and only then', () => {
  rename(editor.front, 'kept')
  page.dispatchEvent(new Event('visibilitychange'))
  expect(asks(page)).toBe(false)
  storage.full = true
  rename(editor.front, 'not kept')
  page.dispatchEvent(new Event('visibilitychange'))
  expect(asks(page)).toBe(true)
})

test('where the browser keeps nothing, leaving something unsaved is asked about', () => {
  stop()
  stop = watchDraft(editor, 'own', { storage, page, kept: false })
  expect(asks(page)).toBe(false)
  rename(editor.front, 'changed')
  expect(asks(page)).toBe(true)
})
