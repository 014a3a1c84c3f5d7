import type { Editor } from '../../store/editor.ts'
import { watchTabs } from '../../store/tab-store.ts'
import type { Tab } from '../../store/tab.ts'
import { pruneDrafts, writeDraft } from './drafts.ts'

/** Milliseconds after a change; a crash loses at most this much. */
const restTime = 300

/** What a page hears before it may be gone. */
const leavings = ['pagehide', 'visibilitychange']

/**
 * Writes the open workflows down after every change, and at once when the page goes away: `page` is told so. Returns
 * how to stop.
 */
export function watchDraft(
  editor: Editor,
  tab: string,
  { storage = localStorage, page = window }: { storage?: Storage; page?: EventTarget } = {},
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    clearTimeout(timer)
    timer = undefined
    keepDraft(editor, tab, storage)
  }
  const schedule = (): void => {
    timer ??= setTimeout(write, restTime)
  }
  const hide = (): void => {
    if (timer !== undefined) write()
  }
  const watch = ({ document, run }: Tab): (() => void) => {
    const stopDocument = document.subscribe(schedule)
    const stopRun = run.subscribe((state, before) => {
      if (state.run?.id !== before.run?.id) schedule()
    })
    return () => {
      stopDocument()
      stopRun()
    }
  }
  const stops = [editor.tabs.subscribe(schedule), watchTabs(editor.tabs, watch)]
  for (const leaving of leavings) page.addEventListener(leaving, hide)
  void pruneDrafts(storage, tab)
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
    for (const leaving of leavings) page.removeEventListener(leaving, hide)
  }
}

function keepDraft(editor: Editor, tab: string, storage: Storage): void {
  try {
    writeDraft(storage, tab, editor)
  } catch {
    editor.workbench
      .getState()
      .notify(
        'error',
        'The browser has no room left to keep this draft',
        'Save it to the server or download it.',
      )
  }
}
