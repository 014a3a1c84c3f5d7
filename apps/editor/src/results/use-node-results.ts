import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { NodeRun } from '../run/run-state.ts'
import { readOutput } from '../store/artifact-store.ts'
import { useArtifacts, useEditor, useServer, useWorkflow } from '../store/editor-context.ts'
import { nodeRunOf } from '../store/run-store.ts'
import { findResults, nodesBehind, type NodeResults, type Surroundings } from './find-results.ts'

/** What there is to see of a node besides a text. `output` chooses among several. */
export function useNodeResults(id: string, output?: string): NodeResults | undefined {
  const editor = useEditor()
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const types = useServer((state) => state.byType)
  const artifacts = useArtifacts((state) => state)
  const runs = useStore(
    editor.run,
    useShallow((state): Record<string, NodeRun | undefined> => {
      const runOf = (node: string): NodeRun | undefined => nodeRunOf(state, node)
      const behind = nodesBehind(id, { nodes, types, runOf, read: (value) => readOutput(artifacts, value) })
      return Object.fromEntries(behind.map((node) => [node, runOf(node)]))
    }),
  )
  const results = useMemo(() => {
    const around: Surroundings = {
      nodes,
      types,
      runOf: (node) => runs[node],
      read: (value) => readOutput(artifacts, value),
    }
    return findResults(id, output, around)
  }, [id, output, nodes, types, runs, artifacts])
  useEffect(() => {
    if (results?.kind === 'wait') void artifacts.request(results.references)
  }, [results, artifacts])
  return results
}
