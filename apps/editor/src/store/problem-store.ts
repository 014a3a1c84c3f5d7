import type { ImportedWorkflow } from '@woolgather/protocol'
import type { Advice, Issue } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What is wrong with the document as it stands, from the check here or from the server's refusal. */
export interface ProblemState {
  /** Whether issues and advice were looked for: before that, none are known. */
  checked: boolean
  issues: readonly Issue[]
  byNode: Readonly<Record<string, readonly Issue[]>>
  /** What can run and is probably not meant as it is, and how lists of values are read. */
  advice: Advice
  adviceByNode: Readonly<Record<string, Advice>>
  /** Models and node types that the document needs and the server has not. */
  missing: ImportedWorkflow['missing']
}

export type ProblemStore = StoreApi<ProblemState>

export function createProblemStore(): ProblemStore {
  return createStore<ProblemState>()(() => ({
    checked: false,
    issues: [],
    byNode: {},
    advice: { warnings: [], readings: [] },
    adviceByNode: {},
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

/** The same of advice, which is found later than problems. */
export function replaceAdvice(store: ProblemStore, advice: Advice): void {
  const before = store.getState().adviceByNode
  const byNode: Record<string, Advice> = {}
  const at = (node: string): Advice => (byNode[node] ??= { warnings: [], readings: [] })
  for (const warning of advice.warnings)
    if (warning.node !== undefined) at(warning.node).warnings.push(warning)
  for (const reading of advice.readings) at(reading.node).readings.push(reading)
  for (const [node, list] of Object.entries(byNode)) {
    const old = before[node]
    if (old && JSON.stringify(old) === JSON.stringify(list)) byNode[node] = old
  }
  store.setState({ checked: true, advice, adviceByNode: byNode })
}
