import type { Workflow } from '@woolgather/workflow'
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { nodeAt } from '../document/scope.ts'
import { lookIntoRun, prefixOf } from '../run/look-into-run.ts'
import type { NodeRun } from '../run/run-state.ts'
import { readOutput } from '../store/artifact-store.ts'
import { useArtifacts, useDocument, useFront, useServer, useWorkflow } from '../store/editor-context.ts'
import { madeIn, nodeRunOf, type RunStoreState } from '../store/run-store.ts'
import { findResults, nodesBehind, type NodeResults, type Surroundings } from './find-results.ts'

/**
 * Runs by the ids of nodes in the graph that is drawn, and of the makers of axes by their instance paths, with the workflow
 * in which these made them: axes are called as they were when the results came to be.
 */
type Behind = Record<`node ${string}` | `axis ${string}`, NodeRun | undefined> &
  Record<`made ${string}`, Workflow | undefined>

/** What there is to see of a node besides a text. `output` chooses among several. */
export function useNodeResults(id: string, output?: string): NodeResults | undefined {
  const front = useFront()
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const whole = useDocument((state) => state.history.present)
  const prefix = useDocument((state) => prefixOf(state.path))
  const types = useServer((state) => state.byType)
  const artifacts = useArtifacts((state) => state)
  const runs = useStore(
    front.run,
    useShallow((state): Behind => runsBehind(id, nodes, state, prefix)),
  )
  const results = useMemo(() => {
    const around: Surroundings = {
      nodes,
      types,
      runOf: (node) => runs[`node ${node}`],
      makerOf: (axis) => ({
        node: nodeAt(runs[`made ${axis}`] ?? whole, axis),
        run: runs[`axis ${axis}`],
      }),
      read: (value) => readOutput(artifacts, value),
    }
    return findResults(id, output, around)
  }, [id, output, nodes, whole, types, runs, artifacts])
  useEffect(() => {
    if (results?.kind === 'wait') void artifacts.request(results.references)
  }, [results, artifacts])
  return results
}

function runsBehind(id: string, nodes: Surroundings['nodes'], state: RunStoreState, prefix: string): Behind {
  const inside = lookIntoRun(state, prefix)
  const runOf = (node: string): NodeRun | undefined => nodeRunOf(inside, node)
  const { close, axes } = nodesBehind(id, { nodes, runOf })
  const found: Behind = {}
  for (const node of close) found[`node ${node}`] = runOf(node)
  for (const { axis, of } of axes) {
    const run = madeIn(state, prefix + of)
    found[`axis ${axis}`] = run?.nodes[axis] ?? nodeRunOf(state, axis)
    found[`made ${axis}`] = run?.workflow
  }
  return found
}
