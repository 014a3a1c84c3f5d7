import type { ImportedWorkflow } from '@woolgather/protocol'
import type { Issue } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What is wrong with the document as it stands, from the check here or from the server's refusal. */
export interface ProblemState {
  issues: readonly Issue[]
  byNode: Readonly<Record<string, readonly Issue[]>>
  /** Models and node types that the document needs and the server has not. */
  missing: ImportedWorkflow['missing']
}

export type ProblemStore = StoreApi<ProblemState>

export function createProblemStore(): ProblemStore {
  return createStore<ProblemState>()(() => ({
    issues: [],
    byNode: {},
    missing: { models: [], nodeTypes: [] },
  }))
}

/** Puts a new list in place; a node whose issues did not change keeps its list, so that it is not drawn again. */
export function replaceProblems(store: ProblemStore, issues: readonly Issue[]): void {
  const before = store.getState().byNode
  const byNode: Record<string, readonly Issue[]> = {}
  for (const issue of issues)
    if (issue.node !== undefined) byNode[issue.node] = [...(byNode[issue.node] ?? []), issue]
  for (const [node, list] of Object.entries(byNode)) {
    const old = before[node]
    if (old && JSON.stringify(old) === JSON.stringify(list)) byNode[node] = old
  }
  store.setState({ issues, byNode })
}
