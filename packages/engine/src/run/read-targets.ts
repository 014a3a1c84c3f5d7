import type { Json, Outputs } from '@woolgather/workflow'
import type { CellGraph } from './cell-graph.ts'
import { labelledOf } from './labelled.ts'
import type { TargetWalk } from './targets.ts'

/**
 * What the targets of a run came to, iterations of loops included, which no event tells: for whoever runs a workflow in
 * their own process. What events tell is put together by `assembleOutputs` of packages/workflow.
 */
export function readTargets(graph: CellGraph, targets: readonly TargetWalk[]): Outputs {
  const outputs: Outputs = {}
  for (const { target, walk } of targets) {
    const { path, output, sourceOutput, spread } = target
    if (output === undefined) continue
    outputs[path] ??= {}
    const value = labelledOf(graph, walk, { output: sourceOutput, spread, item: undefined })
    const [only] = value.cells
    if (value.axes.length > 0) outputs[path][output] = value as unknown as Json
    else if (only !== undefined && 'value' in only) outputs[path][output] = only.value
  }
  return outputs
}
