import type { Workflow } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { DocumentAction } from '../document/actions.ts'
import { applyAction, closeStep, redo, startHistory, undo, type History } from '../document/history.ts'
import { existingPath, openInside, subgraphAt } from '../document/scope.ts'
import { stepTime } from './step-time.ts'

/** Where the open document came from, and so where saving puts it. */
export interface Origin {
  /** Absent until it is saved to the server for the first time. */
  id?: string | undefined
  /** Revision that was read or saved last: the server refuses to overwrite another. */
  revision?: string | undefined
  /** What was sent since without an answer coming back: the server may have it, or not. Digests, newest last. */
  sent?: { id: string; digests: readonly string[] } | undefined
}

export interface DocumentState {
  history: History
  origin: Origin
  /** The document as the server or file has it; another one now means unsaved changes. */
  saved: Workflow | undefined
  /** A save that is under way; it never fails. The next one waits for it. */
  saving: Promise<void> | undefined
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
  markSaved: (document: Workflow, origin: Origin) => void
  /** What is about to be sent under an id: until `markSaved` it may have arrived. */
  markSent: (id: string, digest: string) => void
}

/** Saves without an answer that are remembered. */
const mostSent = 8

export type DocumentStore = StoreApi<DocumentState>

export const emptyWorkflow: Workflow = { format: 'woolgather', version: 1, name: 'Untitled', nodes: {} }

/** A workflow to open. */
export interface Content {
  workflow: Workflow
  origin?: Origin
  /** The server or a file does not have it as it is. */
  unsaved?: boolean
}

export function createDocumentStore(content: Content = { workflow: emptyWorkflow }): DocumentStore {
  const { workflow, origin = {}, unsaved = false } = content
  return createStore<DocumentState>()((set) => {
    const step = (change: (history: History, path: readonly string[]) => History): void =>
      set(({ history, path }) => {
        const next = change(history, path)
        return next.present === history.present ? { history: next } : { history: next, ...look(next, path) }
      })
    return {
      history: startHistory(workflow),
      origin,
      saved: unsaved ? undefined : workflow,
      saving: undefined,
      path: [],
      graph: workflow,
      dispatch: (action) => step((history, path) => applyAction(history, action, stepTime(), path)),
      undo: () => step(undo),
      redo: () => step(redo),
      closeStep: () => step(closeStep),
      enter: (path) =>
        set(({ history }) => {
          const closed = closeStep(history)
          return { history: closed, ...look(closed, path) }
        }),
      markSaved: (saved, origin) => set({ saved, origin }),
      markSent: (id, digest) =>
        set(({ origin }) => {
          const before = origin.sent?.id === id ? origin.sent.digests : []
          return { origin: { ...origin, sent: { id, digests: [...before.slice(1 - mostSent), digest] } } }
        }),
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
