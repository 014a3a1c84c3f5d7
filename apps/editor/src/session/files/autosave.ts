import type { Editor } from '../../store/editor.ts'
import { isKept, lasting } from '../../store/page-storage.ts'
import { watchTabs } from '../../store/tab-store.ts'
import type { Tab } from '../../store/tab.ts'
import { pruneDrafts, writeDraft } from './drafts.ts'
import { hasUnsaved } from './tabs.ts'

/** Milliseconds after a change; a crash loses at most this much, of a large workflow some more. */
const restTime = 300

/** A large workflow takes its time to be written down: that is one part in so many of all time, at most. */
const share = 10

/** What a page hears before it may be gone. */
const leavings = ['pagehide', 'visibilitychange']

export interface WatchOptions {
  storage?: Storage
  page?: EventTarget
  /** Whether what is in `storage` outlives the page. */
  kept?: boolean
}

/**
 * Writes the open workflows down after every change, and at once when the page goes away: `page` is told so. Where
 * that cannot be, a page with something unsaved asks before it is left. Returns how to stop.
 */
export function watchDraft(
  editor: Editor,
  tab: string,
  { storage = lasting, page = window, kept = storage !== lasting || isKept }: WatchOptions = {},
): () => void {
  let written = true
  let cost = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    clearTimeout(timer)
    timer = undefined
    const began = performance.now()
    written = keepDraft(editor, tab, storage)
    cost = performance.now() - began
  }
  const schedule = (): void => {
    timer ??= setTimeout(write, Math.max(restTime, cost * share))
  }
  const hide = (): void => {
    if (timer !== undefined) write()
  }
  const ask = (event: Event): void => {
    if ((!kept || !written) && editor.tabs.getState().open.some(hasUnsaved)) event.preventDefault()
  }
  const watch = ({ document, run }: Tab): (() => void) => {
    const stopDocument = document.subscribe(schedule)
    const stopRun = run.subscribe((state, before) => {
      if (state.run?.id !== before.run?.id || state.waiting !== before.waiting) schedule()
    })
    return () => {
      stopDocument()
      stopRun()
    }
  }
  const stops = [editor.tabs.subscribe(schedule), watchTabs(editor.tabs, watch)]
  for (const leaving of leavings) page.addEventListener(leaving, hide)
  page.addEventListener('beforeunload', ask)
  void pruneDrafts(storage, tab)
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
    for (const leaving of leavings) page.removeEventListener(leaving, hide)
    page.removeEventListener('beforeunload', ask)
  }
}

/** False where there is no room for it, which is said. */
function keepDraft(editor: Editor, tab: string, storage: Storage): boolean {
  try {
    writeDraft(storage, tab, editor)
    return true
  } catch {
    editor.workbench
      .getState()
      .notify(
        'error',
        'The browser has no room left to keep this draft',
        'Save it to the server or download it.',
      )
    return false
  }
}
