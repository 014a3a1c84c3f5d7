import type { Workflow } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { DocumentAction } from '../document/actions.ts'
import { applyAction, closeStep, redo, startHistory, undo, type History } from '../document/history.ts'
import { existingPath, openInside, subgraphAt } from '../document/scope.ts'

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
  /** The nodes whose subgraphs were entered, outermost first: none at the root. */
  path: readonly string[]
  /** What is drawn and edited: the workflow, or the inside of the subgraph that was entered. */
  graph: Workflow
  /** Changes the graph that is drawn. */
  dispatch: (action: DocumentAction) => void
  undo: () => void
  redo: () => void
  closeStep: () => void
  /** Enters a subgraph, or goes back out: the path of the graph to draw. */
  enter: (path: readonly string[]) => void
  /** Puts another document in its place, with the steps that led to it and the subgraph that was entered. */
  restore: (history: History, origin: Origin, saved: Workflow | undefined, path: readonly string[]) => void
  markSaved: (document: Workflow, origin: Origin) => void
}

export type DocumentStore = StoreApi<DocumentState>

export const emptyWorkflow: Workflow = { format: 'woolgather', version: 1, name: 'Untitled', nodes: {} }

export function createDocumentStore(): DocumentStore {
  return createStore<DocumentState>()((set) => {
    const step = (change: (history: History, path: readonly string[]) => History): void =>
      set(({ history, path }) => {
        const next = change(history, path)
        return next.present === history.present ? { history: next } : { history: next, ...look(next, path) }
      })
    return {
      history: startHistory(emptyWorkflow),
      origin: {},
      saved: emptyWorkflow,
      opening: 0,
      path: [],
      graph: emptyWorkflow,
      dispatch: (action) => step((history, path) => applyAction(history, action, Date.now(), path)),
      undo: () => step(undo),
      redo: () => step(redo),
      closeStep: () => step(closeStep),
      enter: (path) =>
        set(({ history }) => {
          const closed = closeStep(history)
          return { history: closed, ...look(closed, path) }
        }),
      restore: (history, origin, saved, path) =>
        set(({ opening }) => ({ history, origin, saved, opening: opening + 1, ...look(history, path) })),
      markSaved: (saved, origin) => set({ saved, origin }),
    }
  })
}

/** The graph at a path, as far as that path still exists. */
function look({ present }: History, wanted: readonly string[]): Pick<DocumentState, 'path' | 'graph'> {
  const path = existingPath(present, wanted)
  const subgraph = subgraphAt(present, path)
  return { path, graph: subgraph === undefined ? present : openInside(present, subgraph) }
}

export function isDirty(state: DocumentState): boolean {
  return state.history.present !== state.saved
}

/** Changes whenever another graph is drawn: another document, or another subgraph of it. */
export function sceneOf({ opening, path }: DocumentState): string {
  return [opening, ...path].join('/')
}
