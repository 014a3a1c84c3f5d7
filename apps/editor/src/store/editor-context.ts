import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Workflow, WorkflowNode } from '@woolgather/workflow'
import type { ArtifactState } from './artifact-store.ts'
import type { DocumentState } from './document-store.ts'
import type { Editor } from './editor.ts'
import type { ProblemState } from './problem-store.ts'
import type { RunStoreState } from './run-store.ts'
import type { ServerState } from './server-store.ts'
import type { ViewState } from './view-store.ts'

export const EditorContext = createContext<Editor | undefined>(undefined)

export function useEditor(): Editor {
  const editor = useContext(EditorContext)
  if (!editor) throw new Error('useEditor needs an EditorContext above it')
  return editor
}

export function useDocument<T>(select: (state: DocumentState) => T): T {
  return useStore(useEditor().document, select)
}

export function useWorkflow<T>(select: (workflow: Workflow) => T): T {
  return useDocument((state) => select(state.history.present))
}

export function useNode(id: string): WorkflowNode | undefined {
  return useWorkflow((workflow) => workflow.nodes[id])
}

export function useRun<T>(select: (state: RunStoreState) => T): T {
  return useStore(useEditor().run, select)
}

export function useServer<T>(select: (state: ServerState) => T): T {
  return useStore(useEditor().server, select)
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useEditor().view, select)
}

export function useProblems<T>(select: (state: ProblemState) => T): T {
  return useStore(useEditor().problems, select)
}

export function useArtifacts<T>(select: (state: ArtifactState) => T): T {
  return useStore(useEditor().artifacts, select)
}
