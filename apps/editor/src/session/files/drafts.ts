import { parseWorkflow, type Workflow } from '@woolgather/workflow'
import { isDirty, type Origin } from '../../store/document-store.ts'
import type { Editor } from '../../store/editor.ts'
import { livingTabs } from './tab-identity.ts'

const prefix = 'woolgather.autosave.'

/** Drafts of closed tabs that are kept. */
const keptDrafts = 8

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
  /** Those that were sent after it, in their order. */
  waiting?: readonly string[] | undefined
}

/** The draft of this browser tab, or the newest one that a closed tab left unsaved. */
export async function findDraft(storage: Storage, tab: string): Promise<Draft | undefined> {
  const own = readDraft(storage, prefix + tab)
  if (own) return own
  const living = await livingTabs()
  const orphans = draftKeys(storage).filter((key) => !living.has(key.slice(prefix.length)))
  const drafts = orphans.flatMap((key) => readDraft(storage, key) ?? []).filter(isUnsaved)
  return drafts.sort((a, b) => b.time - a.time)[0]
}

/** What is open now, as it is written down. */
function draftOf(editor: Editor): Omit<Draft, 'tabs'> & { tabs: DraftTab[] } {
  const { open } = editor.tabs.getState()
  return {
    tabs: open.map(({ document, run }) => {
      const state = document.getState()
      return {
        workflow: state.history.present,
        origin: state.origin,
        dirty: isDirty(state),
        run: run.getState().run?.id,
        waiting: run.getState().waiting.map(({ id }) => id),
      }
    }),
    front: open.indexOf(editor.front),
    time: Date.now(),
  }
}

/** Writes down what is open. Throws where the browser has no room for it. */
export function writeDraft(storage: Storage, tab: string, editor: Editor): void {
  storage.setItem(prefix + tab, JSON.stringify(draftOf(editor)))
}

function readDraft(storage: Storage, key: string): Draft | undefined {
  try {
    const draft = JSON.parse(storage.getItem(key) ?? 'null') as Draft | DraftOfOne | null
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

function draftKeys(storage: Storage): string[] {
  const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '')
  return keys.filter((key) => key.startsWith(prefix))
}

/** Forgets the oldest drafts of closed tabs, those that were saved elsewhere first. */
export async function pruneDrafts(storage: Storage, tab: string): Promise<void> {
  const living = await livingTabs()
  const unsaved = (draft: Draft | undefined): number => Number(draft !== undefined && isUnsaved(draft))
  const closed = draftKeys(storage)
    .filter((key) => key !== prefix + tab && !living.has(key.slice(prefix.length)))
    .map((key) => ({ key, draft: readDraft(storage, key) }))
    .sort((a, b) => unsaved(b.draft) - unsaved(a.draft) || (b.draft?.time ?? 0) - (a.draft?.time ?? 0))
  for (const { key } of closed.slice(keptDrafts)) storage.removeItem(key)
}
