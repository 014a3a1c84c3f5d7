import { AppWindow } from 'lucide-react'
import type { AppItem } from '@woolgather/workflow'
import { sameItem } from '../document/app-items.ts'
import { toggleInApp } from '../session/editing/edit-app.ts'
import { useDocument, useEditor } from '../store/editor-context.ts'
import './app-toggle.css'

/** Chooses an input, or what a node makes, for the app view. Only what stands in the workflow itself can be chosen. */
export function AppToggle({ item, label }: { item: AppItem; label: string }) {
  const editor = useEditor()
  const inside = useDocument(({ path }) => path.length > 0)
  const shown = useDocument(({ history }) =>
    (history.present.app ?? []).some((other) => sameItem(other, item)),
  )
  if (inside) return null
  return (
    <button
      type="button"
      className="icon-button in-app nodrag"
      aria-label={`${label}: show in the app`}
      aria-pressed={shown}
      title={shown ? 'Shown in the app. Press to leave it out' : 'Show in the app'}
      onClick={() => toggleInApp(editor, item)}
    >
      <AppWindow />
    </button>
  )
}
