import { lazy, Suspense } from 'react'
import { commands, gestures } from '../commands.ts'
import { show } from '../session/open-workflow.ts'
import { saveCopy, saveOver } from '../session/save-workflow.ts'
import { useEditor, useView } from '../store/editor-context.ts'
import type { Dialog } from '../store/view-store.ts'
import { Modal } from './modal.tsx'

const Templates = lazy(async () => ({ default: (await import('./templates.tsx')).Templates }))

export function Dialogs() {
  const dialog = useView((state) => state.dialog)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'shortcuts':
      return <Shortcuts />
    case 'templates':
      return (
        <Suspense fallback={null}>
          <Templates />
        </Suspense>
      )
    case 'conflict':
      return <Conflict {...dialog} />
  }
}

const groups = ['Run', 'Graph', 'Edit', 'View', 'Workflow'] as const

function Shortcuts() {
  const editor = useEditor()
  return (
    <Modal title="Shortcuts">
      <div className="shortcuts">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group)
                .map(({ title, keys }) => (
                  <Shortcut key={title} title={title} keys={keys[0] ?? ''} />
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>With mouse and arrows</h3>
          <dl>
            {gestures.map(({ title, keys }) => (
              <Shortcut key={title} title={title} keys={keys} />
            ))}
          </dl>
        </section>
      </div>
      <div className="modal-buttons">
        <button
          type="button"
          className="button primary"
          onClick={() => editor.view.setState({ dialog: undefined })}
        >
          Close
        </button>
      </div>
    </Modal>
  )
}

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

function Shortcut({ title, keys }: { title: string; keys: string }) {
  const shown = keys
    .replaceAll('Mod', isMac ? '⌘' : 'Ctrl')
    .replace(/(^|\+)([a-z])$/, (_, plus: string, key: string) => plus + key.toUpperCase())
  return (
    <div className="shortcut">
      <dt>{title}</dt>
      <dd>
        <kbd>{shown}</kbd>
      </dd>
    </div>
  )
}

/** Somebody saved this workflow since it was opened: three ways on, none of which loses anything unasked. */
function Conflict({ id, theirRevision, theirs }: Extract<Dialog, { kind: 'conflict' }>) {
  const editor = useEditor()
  const then = (act: () => unknown) => (): void => {
    editor.view.setState({ dialog: undefined })
    act()
  }
  return (
    <Modal title="Saved elsewhere in the meantime">
      <p>
        “{theirs.name}” was saved from another tab or by someone else after you opened it (
        {Object.keys(theirs.nodes).length} nodes there). Nothing has been overwritten.
      </p>
      <div className="modal-buttons">
        <button
          type="button"
          className="button"
          onClick={then(() => show(editor, theirs, { id, revision: theirRevision }, true))}
        >
          Open theirs, drop mine
        </button>
        <button
          type="button"
          className="button"
          onClick={then(() => void saveOver(editor, id, theirRevision))}
        >
          Replace theirs
        </button>
        <button type="button" className="button primary" onClick={then(() => void saveCopy(editor))}>
          Keep both: save mine as a copy
        </button>
      </div>
    </Modal>
  )
}
