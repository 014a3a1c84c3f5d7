import { createContext, useContext, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Workflow, WorkflowNode } from '@woolgather/workflow'
import { keepStructure } from '../document/keep-structure.ts'
import { subgraphAt } from '../document/scope.ts'
import { lookIntoProblems } from '../document/look-into-problems.ts'
import { lookIntoRun, prefixOf } from '../run/look-into-run.ts'
import type { ArtifactState } from './artifact-store.ts'
import type { DocumentState } from './document-store.ts'
import type { Editor } from './editor.ts'
import type { ProblemState } from './problem-store.ts'
import type { RunStoreState } from './run-store.ts'
import type { ServerState } from './server-store.ts'
import type { TabState } from './tab-store.ts'
import type { Tab } from './tab.ts'
import type { ViewState } from './view-store.ts'
import type { WorkbenchState } from './workbench-store.ts'

export const EditorContext = createContext<Editor | undefined>(undefined)

export function useEditor(): Editor {
  const editor = useContext(EditorContext)
  if (!editor) throw new Error('useEditor needs an EditorContext above it')
  return editor
}

/** The tab in front: one component watches which it is, all others read its stores. */
export const FrontContext = createContext<Tab | undefined>(undefined)

/** The tab in front, for what is drawn of it. A handler that acts on what was drawn takes the tab from here too. */
export function useFront(): Tab {
  const tab = useContext(FrontContext)
  if (!tab) throw new Error('useFront needs a FrontContext above it')
  return tab
}

export function useDocument<T>(select: (state: DocumentState) => T): T {
  return useStore(useFront().document, select)
}

/** The graph that is drawn: the workflow, or the inside of the subgraph that was entered. */
export function useWorkflow<T>(select: (workflow: Workflow) => T): T {
  return useDocument((state) => select(state.graph))
}

export function useNode(id: string): WorkflowNode | undefined {
  return useWorkflow((workflow) => workflow.nodes[id])
}

/** The nodes of the graph as they lie and are linked: the same object while only values of fields change, which are old then. */
export function useStructure(): Workflow['nodes'] {
  const types = useServer((state) => state.byType)
  return useWorkflow(
    useMemo(() => {
      let last: Workflow['nodes'] | undefined
      return ({ nodes }) => (last = keepStructure(last, nodes, types) as Workflow['nodes'])
    }, [types]),
  )
}

/** Changes whenever another graph is drawn: another workflow, or another subgraph of it. */
export function useScene(): string {
  const { id } = useFront()
  return useDocument(({ path }) => [id, ...path].join('/'))
}

/** The run as the graph that is drawn sees it: nodes by their ids in it, a subgraph as one node. */
export function useRun<T>(select: (state: RunStoreState) => T): T {
  const prefix = useDocument((state) => prefixOf(state.path))
  return useStore(useFront().run, (state) => select(lookIntoRun(state, prefix)))
}

export function useServer<T>(select: (state: ServerState) => T): T {
  return useStore(useEditor().server, select)
}

export function useTabs<T>(select: (state: TabState) => T): T {
  return useStore(useEditor().tabs, select)
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useFront().view, select)
}

export function useWorkbench<T>(select: (state: WorkbenchState) => T): T {
  return useStore(useEditor().workbench, select)
}

/** What is wrong, as the graph that is drawn sees it. */
export function useProblems<T>(select: (state: ProblemState) => T): T {
  const nodes = useStructure()
  const subgraph = useDocument(({ history, path }) => subgraphAt(history.present, path))
  return useStore(useFront().problems, (state) => select(lookIntoProblems(state, subgraph, nodes)))
}

export function useArtifacts<T>(select: (state: ArtifactState) => T): T {
  return useStore(useEditor().artifacts, select)
}
