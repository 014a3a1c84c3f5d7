import type { AppItem } from '@woolgather/workflow'
import { NodeMessages } from '../node/node-messages.tsx'
import { NodeResult } from '../node/node-result.tsx'
import { NodeWarnings } from '../node/node-warnings.tsx'
import { NodeStatus } from '../node/node-status.tsx'
import { latestCell } from '../run/show-run.ts'
import { useNode, useRun, useServer } from '../store/editor-context.ts'
import { nodeRunOf } from '../store/run-store.ts'
import { titleOf } from '../ui/describe-node.ts'

/** What a node makes, as it comes: text as it streams, a grid of a sweep, a chart. */
export function AppResult({ item }: { item: AppItem }) {
  const node = useNode(item.node)
  const description = useServer((state) => node && state.byType.get(node.type))
  const began = useRun((state) => latestCell(nodeRunOf(state, item.node)) !== undefined)
  const title = item.label ?? titleOf(node, description)
  return (
    <article className="app-result" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <NodeStatus id={item.node} />
      </header>
      <NodeResult id={item.node} description={description} title={title} always={began} />
      {!began && <p className="app-none">Appears here after a run.</p>}
      <NodeMessages id={item.node} fields={[]} />
      <NodeWarnings id={item.node} description={description} />
    </article>
  )
}
