import type { Json } from '@woolgather/workflow'
import type { CellGraph } from './cell-graph.ts'
import { labelledOf } from './labelled.ts'
import type { TargetWalk } from './targets.ts'

/** What the targets of a run came to: node → output → value, a labelled value where it was swept. */
export function readTargets(
  graph: CellGraph,
  targets: readonly TargetWalk[],
): Record<string, Record<string, Json>> {
  const outputs: Record<string, Record<string, Json>> = {}
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
