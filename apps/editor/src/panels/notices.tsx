import { X } from 'lucide-react'
import { Prose } from '../ui/prose.tsx'
import { useEditor, useWorkbench } from '../store/editor-context.ts'
import './notices.css'

/** Short messages that come and go; errors stay until closed. */
export function Notices() {
  const editor = useEditor()
  const notices = useWorkbench((state) => state.notices)
  return (
    <div className="notices" role="log" aria-live="polite" aria-label="Messages">
      {notices.map(({ id, tone, text, hint }) => (
        <div key={id} className="notice" data-tone={tone}>
          <div>
            <p>
              <Prose text={text} />
            </p>
            {hint !== undefined && (
              <p className="hint">
                <Prose text={hint} />
              </p>
            )}
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label="Close the message"
            onClick={() => editor.workbench.getState().dismiss(id)}
          >
            <X />
          </button>
        </div>
      ))}
    </div>
  )
}
