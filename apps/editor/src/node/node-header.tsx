import { withKeys } from '../commands/command.ts'
import { enter } from '../commands/graph-commands.ts'
import { ChevronDown, ChevronRight, Pin, SquareArrowOutDownRight, TriangleAlert } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { subgraphOf } from '../document/scope.ts'
import { enterSubgraph } from '../session/editing/enter-subgraph.ts'
import { useEditor } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { familyStyle } from '../ui/family-style.ts'
import { NodeStatus } from './node-status.tsx'
import './node-header.css'

export interface NodeHeaderProps {
  id: string
  node: WorkflowNode
  description: NodeDescription | undefined
}

export function NodeHeader({ id, node, description }: NodeHeaderProps) {
  const editor = useEditor()
  const [renaming, setRenaming] = useState(false)
  const title = titleOf(node, description)
  const collapsed = node.view?.collapsed === true
  const Icon = description ? familyStyle(description.family).icon : TriangleAlert
  const Chevron = collapsed ? ChevronRight : ChevronDown
  return (
    <header className="node-header" title={description?.description}>
      <button
        type="button"
        className="node-fold nodrag"
        aria-label={collapsed ? `Unfold ${title}` : `Fold ${title}`}
        aria-expanded={!collapsed}
        onClick={() =>
          editor.front.document.getState().dispatch({ type: 'node.collapse', id, collapsed: !collapsed })
        }
      >
        <Chevron />
      </button>
      <Icon className="node-icon" aria-hidden />
      {renaming ? (
        <TitleField id={id} title={title} onDone={() => setRenaming(false)} />
      ) : (
        <h3 className="node-title" onDoubleClick={() => setRenaming(true)}>
          {title}
        </h3>
      )}
      {node.view?.pinned === true && (
        <button
          type="button"
          className="icon-button nodrag node-pin"
          aria-label={`Unpin ${title}`}
          title="Pinned: press to let it move"
          onClick={() => editor.front.document.getState().dispatch({ type: 'node.pin', id, pinned: false })}
        >
          <Pin />
        </button>
      )}
      {subgraphOf(node) !== undefined && (
        <button
          type="button"
          className="icon-button nodrag"
          aria-label={`Open the subgraph ${title}`}
          title={withKeys('Open the subgraph', enter)}
          onClick={() => enterSubgraph(editor, id)}
        >
          <SquareArrowOutDownRight />
        </button>
      )}
      {node.mode && <span className="node-mode">{node.mode === 'mute' ? 'muted' : 'bypassed'}</span>}
      <NodeStatus id={id} />
    </header>
  )
}

function TitleField({ id, title, onDone }: { id: string; title: string; onDone: () => void }) {
  const editor = useEditor()
  const keep = (value: string): void => {
    editor.front.document
      .getState()
      .dispatch({ type: 'node.title', id, title: value === title ? title : value })
    onDone()
  }
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation()
    if (event.key === 'Enter') keep(event.currentTarget.value)
    if (event.key === 'Escape') onDone()
  }
  return (
    <input
      className="node-title-field nodrag"
      aria-label="Title of the node"
      defaultValue={title}
      maxLength={200}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => keep(event.currentTarget.value)}
      onKeyDown={key}
    />
  )
}
