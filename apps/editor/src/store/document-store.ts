import type { Workflow } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { DocumentAction } from '../document/actions.ts'
import { applyAction, closeStep, redo, startHistory, undo, type History } from '../document/history.ts'

/** Where the open document came from, and so where saving puts it. */
export interface Origin {
  /** Absent until it is saved to the server for the first time. */
  id?: string | undefined
  /** Revision that was read or saved last: the server refuses to overwrite another. */
  revision?: string | undefined
}

export interface DocumentState {
  history: History
  origin: Origin
  /** The document as the server or file has it; another one now means unsaved changes. */
  saved: Workflow | undefined
  /** Counts documents opened, so that views know when to start over. */
  opening: number
  dispatch: (action: DocumentAction) => void
  undo: () => void
  redo: () => void
  closeStep: () => void
  open: (document: Workflow, origin: Origin, saved: Workflow | undefined) => void
  markSaved: (document: Workflow, origin: Origin) => void
}

export type DocumentStore = StoreApi<DocumentState>

export const emptyWorkflow: Workflow = { format: 'woolgather', version: 1, name: 'Untitled', nodes: {} }

export function createDocumentStore(): DocumentStore {
  return createStore<DocumentState>()((set) => {
    const step = (change: (history: History) => History): void =>
      set((state) => ({ history: change(state.history) }))
    return {
      history: startHistory(emptyWorkflow),
      origin: {},
      saved: emptyWorkflow,
      opening: 0,
      dispatch: (action) => step((history) => applyAction(history, action, Date.now())),
      undo: () => step(undo),
      redo: () => step(redo),
      closeStep: () => step(closeStep),
      open: (document, origin, saved) =>
        set(({ opening }) => ({ history: startHistory(document), origin, saved, opening: opening + 1 })),
      markSaved: (saved, origin) => set({ saved, origin }),
    }
  })
}

export function isDirty(state: DocumentState): boolean {
  return state.history.present !== state.saved
}
