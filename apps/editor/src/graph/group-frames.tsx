import { ViewportPortal } from '@xyflow/react'
import { X } from 'lucide-react'
import type { Group } from '@woolgather/workflow'
import { useEditor, useWorkflow } from '../store/editor-context.ts'

const none: readonly Group[] = []

/** Frames with a title behind the nodes: for people only. */
export function GroupFrames() {
  const groups = useWorkflow((workflow) => workflow.groups ?? none)
  if (groups.length === 0) return null
  return (
    <ViewportPortal>
      {groups.map((group, at) => (
        <GroupFrame key={at} at={at} group={group} />
      ))}
    </ViewportPortal>
  )
}

function GroupFrame({ at, group }: { at: number; group: Group }) {
  const editor = useEditor()
  const { dispatch, closeStep } = editor.document.getState()
  const { x, y, width, height, title, color } = group
  return (
    <div
      className="group-frame"
      style={
        {
          left: x,
          top: y,
          width,
          height,
          ...(color !== undefined && { '--group': color }),
        } as React.CSSProperties
      }
    >
      <input
        className="group-title nodrag nopan"
        aria-label="Title of the group"
        value={title}
        maxLength={200}
        onChange={(event) => dispatch({ type: 'group.title', at, title: event.target.value })}
        onBlur={closeStep}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <button
        type="button"
        className="icon-button nopan"
        aria-label={`Remove the group ${title}`}
        title="Remove the group, keep its nodes"
        onClick={() => dispatch({ type: 'group.remove', at })}
      >
        <X />
      </button>
    </div>
  )
}
