import { useReactFlow } from '@xyflow/react'
import { ListPlus } from 'lucide-react'
import type { MouseEvent } from 'react'
import type { Json } from '@woolgather/workflow'
import type { InputRef } from '../document/actions.ts'
import { sweepInput } from '../session/editing/sweep-input.ts'
import { useEditor } from '../store/editor-context.ts'
import { focusNode } from '../session/editing/focus-node.ts'

export interface SweepButtonProps {
  to: InputRef
  title: string
  label: string
  value: Json | undefined
}

/** Makes an axis for an input: its node then runs once for each value that is typed there. */
export function SweepButton({ to, title, label, value }: SweepButtonProps) {
  const editor = useEditor()
  const flow = useReactFlow()
  const sweep = (event: MouseEvent): void => {
    // The click would select the node with the field as well.
    event.stopPropagation()
    const boxes = [...editor.front.view.getState().boxes.values()]
    const axis = sweepInput(editor, to, { title, value, boxes })
    if (axis !== undefined) focusNode(editor, axis, flow, 'values')
  }
  return (
    <button
      type="button"
      className="icon-button sweep nodrag"
      aria-label={`${label}: sweep`}
      title="Sweep: try several values"
      onClick={sweep}
    >
      <ListPlus />
    </button>
  )
}
