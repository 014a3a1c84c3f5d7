import { Maximize2 } from 'lucide-react'
import type { InputRef } from '../document/actions.ts'
import type { Control } from '../document/choose-control.ts'
import { useEditor } from '../store/editor-context.ts'
import './enlarge-button.css'

/** Controls of what may be long. */
const long: ReadonlySet<Control['kind']> = new Set(['textarea', 'template', 'code', 'json'])

interface EnlargeButtonProps {
  to: InputRef
  /** What it is called; or where its field has a label of its own, the id of that. */
  label?: string
  describedBy?: string
  control: Control
}

/** Opens what is typed into an input in the whole window. */
export function EnlargeButton({ to, label, describedBy, control }: EnlargeButtonProps) {
  const editor = useEditor()
  if (!long.has(control.kind)) return null
  return (
    <button
      type="button"
      className="icon-button enlarge nodrag"
      aria-label={label === undefined ? 'Edit in the whole window' : `${label}: at large`}
      aria-describedby={describedBy}
      title="Edit in the whole window (Ctrl+E)"
      onClick={() => editor.workbench.setState({ dialog: { kind: 'write', to } })}
    >
      <Maximize2 />
    </button>
  )
}
