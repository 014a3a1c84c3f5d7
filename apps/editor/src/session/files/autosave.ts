import { parseWorkflow, type Workflow } from '@woolgather/workflow'
import { isDirty, type Origin } from '../../store/document-store.ts'
import type { Editor } from '../../store/editor.ts'
import { watchTabs } from '../../store/tab-store.ts'
import type { Tab } from '../../store/tab.ts'
import { livingTabs } from './tab-identity.ts'

const prefix = 'woolgather.autosave.'

/** Drafts of closed tabs that are kept. */
const keptDrafts = 8

/** Milliseconds after a change; a crash loses at most this much. */
const restTime = 300

/** What a browser tab had open, written after every change. */
export interface Draft {
  /** In the order of the bar; the first is never missing. */
  tabs: [DraftTab, ...DraftTab[]]
  /** Place of the one in front. */
  front: number
  /** Milliseconds since the epoch. */
  time: number
}

export interface DraftTab {
  workflow: Workflow
  origin: Origin
  dirty: boolean
  /** The run that was shown last, to be taken up again. */
  run?: string | undefined
}

/** The draft of this tab, or the newest one that a closed tab left unsaved. */
export async function findDraft(tab: string): Promise<Draft | undefined> {
  const own = readDraft(prefix + tab)
  if (own) return own
  const living = await livingTabs()
  const orphans = draftKeys().filter((key) => !living.has(key.slice(prefix.length)))
  const drafts = orphans.flatMap((key) => readDraft(key) ?? []).filter(isUnsaved)
  return drafts.sort((a, b) => b.time - a.time)[0]
}

/** Writes the open workflows down after every change, and at once when the page goes away. Returns how to stop. */
export function watchDraft(editor: Editor, tab: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    clearTimeout(timer)
    timer = undefined
    writeDraft(editor, tab)
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
  addEventListener('pagehide', hide)
  document.addEventListener('visibilitychange', hide)
  void pruneDrafts(tab)
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
    removeEventListener('pagehide', hide)
    document.removeEventListener('visibilitychange', hide)
  }
}

function writeDraft(editor: Editor, tab: string): void {
  const { open } = editor.tabs.getState()
  const draft = {
    tabs: open.map(({ document, run }) => {
      const state = document.getState()
      return {
        workflow: state.history.present,
        origin: state.origin,
        dirty: isDirty(state),
        run: run.getState().run?.id,
      }
    }),
    front: open.indexOf(editor.front),
    time: Date.now(),
  }
  try {
    localStorage.setItem(prefix + tab, JSON.stringify(draft))
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

function readDraft(key: string): Draft | undefined {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | DraftOfOne | null
    if (!draft) return undefined
    const [first, ...rest] = ('tabs' in draft ? draft.tabs : [draft]).flatMap((tab) => {
      const { workflow } = parseWorkflow(tab.workflow)
      return workflow ? [{ ...tab, workflow }] : []
    })
    return first && { front: 0, ...draft, tabs: [first, ...rest] }
  } catch {
    return undefined
  }
}

/** As drafts were before a browser tab could have several workflows open. */
type DraftOfOne = DraftTab & { time: number }

function isUnsaved({ tabs }: Draft): boolean {
  return tabs.some(({ dirty }) => dirty)
}

function draftKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix))
}

/** Forgets the oldest drafts of closed tabs, those that were saved elsewhere first. */
async function pruneDrafts(tab: string): Promise<void> {
  const living = await livingTabs()
  const unsaved = (draft: Draft | undefined): number => Number(draft !== undefined && isUnsaved(draft))
  const closed = draftKeys()
    .filter((key) => key !== prefix + tab && !living.has(key.slice(prefix.length)))
    .map((key) => ({ key, draft: readDraft(key) }))
    .sort((a, b) => unsaved(b.draft) - unsaved(a.draft) || (b.draft?.time ?? 0) - (a.draft?.time ?? 0))
  for (const { key } of closed.slice(keptDrafts)) localStorage.removeItem(key)
}
