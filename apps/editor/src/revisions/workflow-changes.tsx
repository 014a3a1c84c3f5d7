import { useMemo } from 'react'
import type { Workflow } from '@woolgather/workflow'
import { useServer } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { compareWorkflows, type NodeChange } from './compare-workflows.ts'
import './workflow-changes.css'

export interface WorkflowChangesProps {
  before: Workflow
  after: Workflow
  /** Said where nothing changed that matters for a run. */
  none: string
}

/** What is otherwise in the second workflow, node by node. */
export function WorkflowChanges({ before, after, none }: WorkflowChangesProps) {
  const types = useServer((state) => state.byType)
  const changes = useMemo(() => compareWorkflows(before, after), [before, after])
  if (changes.length === 0) return <p className="hint">{none}</p>
  return (
    <ul className="workflow-changes">
      {changes.map((change) => (
        <Change key={change.node} change={change} title={change.title ?? types.get(change.type)?.title} />
      ))}
    </ul>
  )
}

const kinds: Record<NodeChange['kind'], string> = { added: 'added', removed: 'removed', changed: '' }

function Change({ change, title }: { change: NodeChange; title: string | undefined }) {
  return (
    <li className="graph-change" data-kind={change.kind}>
      <span className="graph-change-node">
        {title ?? titleOf(undefined, undefined)} <code>{change.node}</code> {kinds[change.kind]}
      </span>
      {change.differences.map(({ name, before, after }) => (
        <span key={name} className="graph-change-input">
          <span className="hint">{name}</span> {before !== undefined && <del>{before}</del>}{' '}
          {after !== undefined && <ins>{after}</ins>}
        </span>
      ))}
    </li>
  )
}
